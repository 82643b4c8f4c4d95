# SPDX-License-Identifier: Apache-2.0
"""Figures of a run, and how they are judged and shown."""

import json

import pytest

from bench.relay import results, tables, targets


def series(name: str) -> results.Series:
    """Three rounds of a thousand calls."""
    return results.Series(name, 1000, 8, (0.1, 0.2, 0.4), (0.3, 0.4, 0.8), (0.02, 0.03, 0.04))


@pytest.fixture
def report() -> results.Report:
    """A run in which everything takes a while."""
    names = ("Version, 1 in flight", "Version, 8 in flight", "Version, 64 in flight")
    return results.Report(
        {"machine": "none"}, 0.2, 30_000_000, 31_000_000, tuple(map(series, names))
    )


def test_ratios_are_of_the_same_round(report: results.Report) -> None:
    """The median of 3, 2 and 2 times."""
    assert report.named("Version, 1 in flight").slower == pytest.approx(2.0)


def test_medians(report: results.Report) -> None:
    """Microseconds of a call."""
    one = report.named("Version, 8 in flight")

    assert one.microseconds == pytest.approx((200, 400))
    assert one.cpu_microseconds == pytest.approx(30)


def test_a_series_that_is_not_there(report: results.Report) -> None:
    """It has no figures."""
    with pytest.raises(KeyError):
        report.named("other")


def test_verdicts(report: results.Report) -> None:
    """Limits are upper ones, but for throughput."""
    found = {verdict.target.title: verdict.reached for verdict in targets.judge(report)}

    assert found["Version, 1 in flight: times direct"]
    assert found["Version, 8 in flight: part of direct's throughput"]
    assert not found["memory after all calls"]


def test_tables(report: results.Report) -> None:
    """Every load and every target has its line."""
    shown = tables.text(report)

    assert "Version, 64 in flight" in shown
    assert shown.count("reached") == 4
    assert shown.count("missed") == 1


def test_json(report: results.Report) -> None:
    """A result file holds the rounds themselves."""
    assert json.loads(results.dump(report))["series"][0]["direct"] == [0.1, 0.2, 0.4]
