# SPDX-License-Identifier: Apache-2.0
"""Figures of a run, and how they are judged and shown."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from garden.audit import Request

from bench import reports, shown
from bench.agent import results, tables, targets

BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
US = "system:serviceaccount:kube-system:cri-resmgr-agent"


def request(after: float, verb: str = "list", user: str = US, code: int = 200) -> Request:
    """One that arrived so many seconds after the begin."""
    at = (BEGUN + timedelta(seconds=after)).isoformat()
    return Request(user, "agent", verb, "nodes", "", "", code, at)


def window(seconds: float, name: str = targets.IDLE) -> results.Window:
    """Two agents for a while."""
    return results.Window(name, 2, BEGUN, BEGUN + timedelta(seconds=seconds), 1.5)


@pytest.fixture
def report() -> results.Report:
    """A run whose agents ask once a minute."""
    asked = [request(60 * number, "get") for number in range(10)]
    return results.Report(
        {"kernel": "none"},
        (results.Latency(targets.APPLIED, tuple(number / 10 for number in range(1, 41))),),
        results.phases([window(600), window(600, targets.ALONE)], asked, US),
        results.Idle(120.0, 0.1, 30_000_000, 31_000_000),
    )


def test_requests_are_put_to_their_windows() -> None:
    """Watches are counted apart; what others asked, or at another time, not at all."""
    given = [
        request(-1),
        request(0),
        request(3.2, "patch"),
        request(3.9, "patch", code=429),
        request(4, "watch"),
        request(5, user="admin"),
        request(10),
    ]
    (one,) = results.phases([window(10)], given, US)

    assert one.requests == {"list nodes": 1, "patch nodes": 2}
    assert (one.asked, one.watches, one.busiest) == (3, 1, 2)
    assert (one.put_off, one.server_cpu) == (1, 1.5)


def test_requests_of_an_hour_are_those_of_one_agent(report: results.Report) -> None:
    """Ten of two agents in ten minutes."""
    found = report.phase(targets.IDLE)

    assert found is not None
    assert found.hourly == pytest.approx(30)


def test_figures_come_back_from_their_file(report: results.Report) -> None:
    """As they were, also those of a run in which nothing was measured."""
    empty = results.Report({"kernel": "none"})

    assert reports.read(results.Report, reports.dump(report)) == report
    assert reports.read(results.Report, reports.dump(empty)) == empty


def test_targets_are_judged(report: results.Report) -> None:
    """Each that has a figure."""
    verdicts = {one.target.title: (one.measured, one.reached) for one in targets.judge(report)}

    assert list(verdicts.values()) == [
        (3.8, False),
        (pytest.approx(30), False),
        (pytest.approx(30), False),
        (31.0, True),
    ]
    assert list(targets.judge(results.Report({}))) == []


def test_tables_show_all(report: results.Report) -> None:
    """What was not measured has none."""
    text, page = shown.text(tables.tables(report)), shown.markdown(tables.tables(report))

    assert "the daemon has it" in text
    assert "| the daemon has it | 40 | 2.00 | 3.80 | 4.00 |" in page
    assert "| CPU ms in a minute | 50.0 |" in page
    assert "| get nodes | 10 | 10 |" in page
    assert "| memory of an agent, at most | 31.00 MB | at most 45 MB | reached |" in page
    assert len(tables.tables(dataclasses.replace(report, idle=None, phases=()))) == 3
