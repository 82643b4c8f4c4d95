# SPDX-License-Identifier: Apache-2.0
"""Reports: sorted, written and read."""

import dataclasses
from collections.abc import Mapping

import pytest

from bench import reports


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A part of a report."""

    name: str
    times: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """A report with everything that one may have."""

    machine: Mapping[str, str]
    parts: tuple[Part, ...] = ()
    only: Part | None = None
    most: float | None = None


def test_percentiles() -> None:
    """The smallest value that the part does not exceed; all of them for 1."""
    assert reports.percentile((1.0, 2.0), 1.0) == 2.0
    assert reports.percentile((1.0, 2.0), 0.5) == 1.0
    assert reports.percentile((1.0, 2.0), 0.0) == 1.0


def test_what_is_too_much_is_thinned_out() -> None:
    """Evenly, and the last one stays; a few are kept as they are."""
    found = reports.thinned(range(1, 4 * reports.MOST + 1))

    assert (len(found), found[0], found[-1]) == (reports.MOST, 4, 4 * reports.MOST)
    assert reports.thinned([1.0, 2.0]) == (1.0, 2.0)


def test_figures_are_sorted_by_kind() -> None:
    """A kind without figures has an empty tuple."""
    found = reports.by_kind({"texts": str, "counts": int, "others": float}, [1, "a", 2])

    assert found == {"texts": ("a",), "counts": (1, 2), "others": ()}


def test_a_figure_of_no_kind_is_a_mistake() -> None:
    """Nothing is lost without a word."""
    with pytest.raises(KeyError):
        reports.by_kind({"texts": str}, [1])


@pytest.mark.parametrize(
    "report",
    [
        Report({}),
        Report({"a": "b"}, (Part("x", (1.0, 2.0)), Part("y", ())), Part("z", (3.0,)), 4.0),
    ],
)
def test_a_report_survives_json(report: Report) -> None:
    """What is read is what was written, down to tuples in tuples."""
    assert reports.read(Report, reports.dump(report)) == report


def test_a_file_from_before_a_field_was_there_is_read() -> None:
    """What was not measured then is as if it were not measured now."""
    assert reports.read(Report, '{"machine": {}}') == Report({})
