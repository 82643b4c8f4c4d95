# SPDX-License-Identifier: Apache-2.0
"""Figures of a run, and how they are judged and shown."""

import dataclasses
import json

import pytest

from bench import reports, shown
from bench.relay import results, tables, targets


def series(name: str) -> results.Series:
    """Three rounds of a thousand calls."""
    return results.Series(name, 1000, 8, (0.1, 0.2, 0.4), (0.3, 0.4, 0.8), (0.02, 0.03, 0.04))


@pytest.fixture
def report() -> results.Report:
    """A run in which everything takes a while."""
    names = (
        "Version, 1 in flight",
        "Version, 8 in flight",
        "ListContainers, 500 containers",
    )
    calls = tuple(number / 1000 for number in range(1, 2001))
    return results.Report(
        {"kernel": "none"},
        starts=tuple(results.Start(seconds, 0.1) for seconds in (0.2, 0.3, 0.1)),
        memory=(results.Memory(10_000, 30_000_000), results.Memory(110_000, 30_500_000)),
        peak=results.Peak(31_000_000),
        series=tuple(map(series, names)),
        latencies=(
            results.Latencies(results.LISTING, calls, calls),
            results.Latencies(results.RECOMPUTING, calls, calls[:1]),
        ),
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


def test_percentiles(report: results.Report) -> None:
    """The smallest value that the part does not exceed; all of them for 1."""
    assert report.latencies[0].milliseconds(0.99) == pytest.approx((1980, 1980))


def test_figures_make_a_report(report: results.Report) -> None:
    """In whatever order they come."""
    figures: list[results.Figure] = [report.peak, *report.memory, *report.series]
    figures += [*report.starts, *report.latencies]

    assert results.collect(report.machine, figures) == report


def test_a_run_that_broke_off() -> None:
    """Without the peak of memory it was not a whole one."""
    with pytest.raises(ValueError, match="peak"):
        results.collect({}, ())


def test_growth(report: results.Report) -> None:
    """From the first reading to the last one."""
    assert report.growth == 500_000


def test_verdicts(report: results.Report) -> None:
    """Limits are upper ones, but for throughput."""
    found = {verdict.target.title: verdict.reached for verdict in targets.judge(report)}

    assert found["Version, 1 in flight: times direct"]
    assert found["Version, 8 in flight: part of direct's throughput"]
    assert found["memory that further calls add"]
    assert not found["memory after 10,000 calls"]
    assert not found["Version, p99 while 500 containers are listed"]
    assert found["Version, p99 while a policy recomputes"]
    assert not found["ListContainers of 500 containers: times direct"]


def test_what_was_not_measured_is_not_judged(report: results.Report) -> None:
    """Another relay has no policies."""
    without = dataclasses.replace(report, latencies=report.latencies[:1])
    found = [verdict.target.title for verdict in targets.judge(without)]

    assert len(found) == len(targets.TARGETS) - 1
    assert not [title for title in found if "recomputes" in title]


def test_tables(report: results.Report) -> None:
    """Every load and every target has its line."""
    text = shown.text(tables.tables(report))

    assert "Version, 8 in flight" in text
    assert "after 110,000 calls" in text
    assert text.count("reached") == 6
    assert text.count("missed") == 3


def test_markdown(report: results.Report) -> None:
    """Each table has its rule below the head, and as many cells in each row."""
    blocks = shown.markdown(tables.tables(report)).strip().split("\n\n")

    assert len(blocks) == 6
    for block in blocks:
        rows = block.splitlines()
        assert rows[1].startswith("| --- | ---:")
        assert len({row.count("|") for row in rows}) == 1


def test_a_result_file_is_read_again(report: results.Report) -> None:
    """It holds the rounds themselves, and what is shown of it is the same."""
    again = reports.read(results.Report, results.dump(report))

    assert again.series == report.series
    assert shown.text(tables.tables(again)) == shown.text(tables.tables(report))


def test_a_result_file_stays_small(report: results.Report) -> None:
    """Of many single calls a thousand are kept."""
    held = json.loads(results.dump(report))["latencies"][0]["relayed"]

    assert len(held) == 1000
    assert held[-1] == 2.0
