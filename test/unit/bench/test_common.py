# SPDX-License-Identifier: Apache-2.0
"""What benchmarks have in common."""

import pytest

from bench import common

TARGETS: tuple[common.Target[dict[str, float]], ...] = (
    common.Target("memory", "MB", 20, lambda report: report.get("memory")),
    common.Target("start", "s", 1, lambda report: report.get("start")),
)


def test_a_figure_at_its_limit_reaches_it() -> None:
    """One above misses it."""
    found = common.judge(TARGETS, {"memory": 20.0, "start": 1.01})

    assert [verdict.reached for verdict in found] == [True, False]


def test_what_was_not_measured_has_no_verdict() -> None:
    """It is left out."""
    (verdict,) = common.judge(TARGETS, {"start": 0.5})

    assert verdict.target.title == "start"


def test_verdicts_are_shown_with_their_units() -> None:
    """Below a head."""
    rows = common.verdicts(common.judge(TARGETS, {"memory": 21.5}))

    assert rows[1:] == [("memory", "21.50 MB", "at most 20 MB", "missed")]


def test_figures_are_sorted_by_kind() -> None:
    """A kind without figures has an empty tuple."""
    found = common.by_kind({"texts": str, "counts": int, "others": float}, [1, "a", 2])

    assert found == {"texts": ("a",), "counts": (1, 2), "others": ()}


def test_a_figure_of_no_kind_is_a_mistake() -> None:
    """Nothing is lost without a word."""
    with pytest.raises(KeyError):
        common.by_kind({"texts": str}, [1])
