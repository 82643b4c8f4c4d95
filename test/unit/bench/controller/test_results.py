# SPDX-License-Identifier: Apache-2.0
"""Figures: percentiles, sums, JSON and back."""

import pytest
from unit.bench.controller import runs

from bench import reports
from bench.controller import phases, results


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        (1, results.Spread(1, 1, 1)),
        (2, results.Spread(1, 2, 2)),
        (20, results.Spread(10, 19, 20)),
        (500, results.Spread(250, 475, 500)),
    ],
)
def test_percentiles_are_values_that_occurred(count: int, wanted: results.Spread) -> None:
    """Half of the objects took at most p50, 95 % at most p95; both are times of an object."""
    assert results.spread([float(number) for number in range(count, 0, -1)]) == wanted


def test_leases_count_in_no_sum() -> None:
    """Writes of Leases are kept, but not counted as work."""
    phase = runs.run(idle=7).phase(phases.IDLE)

    assert phase.writes == {"patch extensions": 7, "update leases": 30}
    assert phase.written == 7


def test_an_unknown_phase_is_an_error() -> None:
    """No figure is made up for a phase that was not measured."""
    with pytest.raises(KeyError):
        runs.run().phase("lunch")


def test_a_report_survives_json() -> None:
    """What is read is what was written."""
    report = results.Report({"processor": "2 x any"}, (runs.run(10), runs.run(500, create=4000)))

    assert reports.read(results.Report, reports.dump(report)) == report
