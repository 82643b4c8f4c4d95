# SPDX-License-Identifier: Apache-2.0
"""Figures beside their targets."""

from bench import targets

TARGETS: tuple[targets.Target[dict[str, float]], ...] = (
    targets.Target("memory", "MB", 20, lambda report: report.get("memory"), "33"),
    targets.Target("start", "s", 1, lambda report: report.get("start")),
    targets.Target("throughput", "", 0.5, lambda report: report.get("throughput"), floor=True),
)


def test_a_figure_at_its_limit_reaches_it() -> None:
    """One above misses it."""
    found = targets.judge(TARGETS, {"memory": 20.0, "start": 1.01})

    assert [verdict.reached for verdict in found] == [True, False]


def test_a_floor_is_the_least_that_there_must_be() -> None:
    """One below misses it."""
    found = [*targets.judge(TARGETS, {"throughput": 0.5})]
    found += targets.judge(TARGETS, {"throughput": 0.49})

    assert [verdict.reached for verdict in found] == [True, False]


def test_what_was_not_measured_has_no_verdict() -> None:
    """It is left out."""
    (verdict,) = targets.judge(TARGETS, {"start": 0.5})

    assert verdict.target.title == "start"


def test_verdicts_are_shown_with_their_units() -> None:
    """Below a head."""
    rows = targets.rows(targets.judge(TARGETS, {"memory": 21.5, "throughput": 1}))

    assert rows == [
        ("figure", "measured", "target", ""),
        ("memory", "21.50 MB", "at most 20 MB", "missed"),
        ("throughput", "1.00", "at least 0.5", "reached"),
    ]


def test_what_the_original_had_stands_beside() -> None:
    """Where it was measured."""
    rows = targets.rows(targets.judge(TARGETS, {"memory": 1, "start": 1}), "in Go")

    assert [row[3] for row in rows] == ["in Go", "33 MB", ""]
