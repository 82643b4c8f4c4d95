# SPDX-License-Identifier: Apache-2.0
"""Figures of a run, and how they are judged and shown."""

import dataclasses

import pytest

from bench import reports, shown
from bench.policy import beside, results, tables, targets

SMALL = results.Where("static", 112, 100)
LARGE = results.Where("static", 4096, 1000)
TIMES = results.Times.of([0.003, 0.001, 0.002], [0.001])


def whole(where: results.Where, kind: str = "shared", **more: float) -> results.Whole:
    """Ten calls of each sort, of which each create takes 2 ms of CPU."""
    made = results.Whole(where, kind, 10, TIMES, 0.02, 0.01, 0, 0, 0)
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


FIGURES: tuple[results.Figure, ...] = (
    results.Decision(SMALL, "shared", TIMES),
    results.Decision(LARGE, "exclusive", TIMES),
    whole(SMALL),
    whole(LARGE, create_cpu=0.04),
    whole(dataclasses.replace(LARGE, containers=10)),
    whole(LARGE, "exclusive", create_cpu=2.0, create_updates=9900, remove_updates=9900),
    results.Memory(SMALL, 30_000_000, 31_000_000),
    results.Memory(LARGE, 48_000_000, 50_000_000),
    results.Start(dataclasses.replace(LARGE, containers=0), 0.7, 0.6, 0),
    results.Start(LARGE, 2.5, 0.9, 3),
    results.Beside(beside.CREATE, (0.01, 0.02, 0.01), (0.02, 0.03, 0.01)),
)


@pytest.fixture
def report() -> results.Report:
    """A run of one policy."""
    return results.collect({"kernel": "none"}, FIGURES)


def verdicts(report: results.Report) -> dict[str, targets.Verdict]:
    """Give the verdicts by the titles of their targets."""
    return {verdict.target.title: verdict for verdict in targets.judge(report)}


def test_a_report_can_be_read_again(report: results.Report) -> None:
    """With everything in it."""
    assert reports.read(results.Report, reports.dump(report)) == report


def test_figures_come_in_any_order(report: results.Report) -> None:
    """They are sorted by what they are."""
    backwards = results.collect({"kernel": "none"}, reversed(FIGURES))

    assert backwards.starts == report.starts[::-1]
    assert backwards.beside == report.beside


def test_single_times_are_thinned_out_and_keep_their_ends() -> None:
    """A thousand of them tell as much."""
    times = results.Times.of(range(5000, 0, -1), [1.0])

    assert len(times.create) == reports.MOST
    assert (times.create[0], times.create[-1]) == (5, 5000)


def test_the_slower_of_creating_and_removing_counts(report: results.Report) -> None:
    """For a decision."""
    slow = results.Decision(SMALL, "shared", results.Times.of([0.001], [0.004]))

    assert report.decisions[0].p99 == 0.003
    assert slow.p99 == 0.004


def test_turns_are_compared_with_each_other(report: results.Report) -> None:
    """The median of 2, 1.5 and 1 times."""
    assert report.beside[0].times == pytest.approx(1.5)


def test_cpu_of_creates_is_judged_for_each_machine(report: results.Report) -> None:
    """And beside most containers against beside fewest."""
    found = verdicts(report)

    assert found["CPU of a shared create, 112 CPUs"].measured == pytest.approx(2.0)
    assert found["CPU of a shared create, 4096 CPUs"].measured == pytest.approx(4.0)
    flat = found["the same beside most containers: times that beside fewest"]
    assert flat.measured == pytest.approx(2.0)
    assert not flat.reached


def test_updates_that_change_something_are_granted(report: results.Report) -> None:
    """A create with 990 of them takes 200 ms, of which 198 are theirs."""
    found = verdicts(report)["the same, 4096 CPUs"]

    assert found.measured == pytest.approx(2.0)
    assert found.reached


def test_the_worst_policy_is_named(report: results.Report) -> None:
    """One that sends an update in vain misses that target alone."""
    where = results.Where("balloons", 112, 10)
    worse = dataclasses.replace(report, wholes=(*report.wholes, whole(where, idle=7)))
    verdict = verdicts(worse)["updates that change nothing"]

    assert (verdict.measured, verdict.policy, verdict.reached) == (7, "balloons", False)
    assert verdicts(report)["updates that change nothing"].reached


def test_starts_and_restarts_have_targets_of_their_own(report: results.Report) -> None:
    """A restart that moves somebody misses it, however fast it is."""
    found = verdicts(report)

    assert found["start on 4096 CPUs"].measured == 0.7
    assert found["restart with all containers"].measured == 2.5
    assert not found["restart with all containers"].reached
    assert not found["containers updated by a restart"].reached


def test_what_was_not_measured_is_not_judged(report: results.Report) -> None:
    """As where there is no containerd."""
    without = dataclasses.replace(report, beside=(), decisions=())
    found = verdicts(without)

    assert not [title for title in found if "direct" in title or "decision" in title]
    assert "start on 4096 CPUs" in found
    assert list(targets.judge(results.Report({}))) == []


def test_tables(report: results.Report) -> None:
    """Each create has its line, with the decision of the same place; so has each target."""
    text = shown.text(tables.tables(report))

    assert "static, 112, 100" in text
    assert text.count("static, 4096, 1000") == 2
    assert text.count("reached") + text.count("missed") == len(list(targets.judge(report)))


def test_markdown(report: results.Report) -> None:
    """Each table has its rule below the head, and as many cells in each row."""
    blocks = shown.markdown(tables.tables(report)).strip().split("\n\n")

    assert len(blocks) == len(tables.tables(report))
    for block in blocks:
        head, rule, *rows = block.splitlines()
        assert rule.startswith("| ---")
        assert {line.count("|") for line in (head, rule, *rows)} == {head.count("|")}
