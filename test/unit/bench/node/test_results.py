# SPDX-License-Identifier: Apache-2.0
"""Figures of a run, and how they are judged and shown."""

import math

import pytest

from bench import reports, shown
from bench.node import __main__ as program
from bench.node import results, tables, targets

FIGURES: tuple[results.Figure, ...] = (
    results.Bundle(22_000_000, 13_000_000),
    results.Restart("node-1", "containerd", 0.5),
    results.Restart("node-1", "containerd", 0.7),
    results.Restart("node-1", "containerd", 0.6),
    results.Restart("node-1", "relay", 0.8),
    results.Join("node-1", applied=6.0, pull=1.5, pod=3.5, outage=0.9),
    results.Pods(results.BY_API, (1.0, 2.0), (1.0, 2.0)),
    results.Pods(results.AT_CRI, (0.1, 0.2, 0.1), (0.2, 0.2, 0.11)),
    results.Memory(results.KEEPER, 17_000_000, 16_000_000, 21_000_000),
    results.Cpu("keep loop", 0.05),
    results.Program(results.VERSION, (0.1, 0.3, 0.2)),
    results.Killed("node-1", again=0.7, given_back=5.0),
)


@pytest.fixture
def report() -> results.Report:
    """A run with one node."""
    return results.collect({"kernel": "none"}, FIGURES)


def test_figures_make_a_report_in_any_order(report: results.Report) -> None:
    """They are sorted by what they are; among their like they keep their order."""
    backwards = results.collect({"kernel": "none"}, reversed(FIGURES))

    assert report.joins == backwards.joins
    assert report.pods == backwards.pods[::-1]


def test_an_outage_is_compared_with_plain_restarts_of_its_node(report: results.Report) -> None:
    """With their median."""
    assert report.added_outages == pytest.approx((0.3,))


def test_a_node_without_plain_restarts(report: results.Report) -> None:
    """It has none to compare with."""
    with pytest.raises(KeyError):
        report.restart("node-2", "containerd")


def test_the_pull_does_not_count(report: results.Report) -> None:
    """Of what an installation takes."""
    assert report.joins[0].beyond_pull == 4.5


def test_pods_are_compared_in_turns(report: results.Report) -> None:
    """The median of 2, 1 and 1.1 times."""
    assert report.pods[1].times == pytest.approx(1.1)


def test_how_sure_a_ratio_is() -> None:
    """The wider turns differ and the fewer there are, the less; one alone tells nothing of it."""
    turns = results.Pods("some", (1.0,) * 4, (0.9, 1.1, 0.9, 1.1))

    assert turns.error == pytest.approx(0.0724, abs=1e-4)
    assert math.isnan(results.Pods("some", (1.0,), (1.0,)).error)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ('Successfully pulled image "a/b:c" in 812ms (812ms including waiting). More.', 0.812),
        ('Successfully pulled image "a/b:c" in 1m2.5s (2m including waiting).', 62.5),
        ('Container image "a/b:c" already present on machine', None),
        ("", None),
    ],
)
def test_the_kubelet_tells_how_long_a_pull_took(message: str, seconds: float | None) -> None:
    """In Go's units; nothing where nothing was pulled."""
    assert results.pulled(message) == (None if seconds is None else pytest.approx(seconds))


def test_verdicts(report: results.Report) -> None:
    """Every target is held against its figure."""
    found = {verdict.target.title: verdict.reached for verdict in targets.judge(report)}

    assert len(found) == len(targets.TARGETS)
    missed = {title for title, reached in found.items() if not reached}
    assert missed == {"pod start at the CRI: times direct", "bundle as a layer", results.VERSION}


def test_what_was_not_measured_is_not_judged() -> None:
    """A run that broke off, or was told to leave things out, is no failure."""
    assert list(targets.judge(results.Report({}))) == []


def test_tables(report: results.Report) -> None:
    """Everything has its line."""
    text = shown.text(tables.tables(report))

    for expected in ("node-1, on relay", "3 x pod start at the CRI", "1.100", "21.0", "keep loop"):
        assert expected in text
    assert text.count("missed") == 3


def test_markdown(report: results.Report) -> None:
    """Each table has its rule below the head, and as many cells in each row."""
    blocks = shown.markdown(tables.tables(report)).strip().split("\n\n")

    assert len(blocks) == 9
    for block in blocks:
        rows = block.splitlines()
        assert rows[1].startswith("| --- | ---:")
        assert len({row.count("|") for row in rows}) == 1


def test_tables_without_rows_are_left_out() -> None:
    """Of an empty run only the machine is told."""
    assert shown.text(tables.tables(results.Report({"kernel": "none"}))).split() == [
        "machine",
        "kernel",
        "none",
    ]


def test_a_result_file_is_read_again(report: results.Report) -> None:
    """It holds all figures."""
    assert reports.read(results.Report, reports.dump(report)) == report


def test_progress_is_told_in_a_few_words() -> None:
    """What it is, whose, and how much."""
    told = [program.told(figure) for figure in FIGURES]

    assert told[1] == "restart node-1 containerd seconds 0.500"
    assert told[-2] == "program cri-resmgr --version seconds 0.200"
