# SPDX-License-Identifier: Apache-2.0
"""What should come out, and what the Go controller was measured at on the same work.

The Go figures were measured earlier on the same kind of machine, with its client limits
lifted; as its chart ships it, it is thirty times slower.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import phases, results

SHOOTS = 500
"""Shoots for which limits of time and memory were set; limits of writes hold for any number."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure with its limit; `go` is what the Go controller had, as text."""

    title: str
    unit: str
    limit: float
    go: str
    figure: Callable[[results.Run], float]
    any_size: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was measured."""

    target: Target
    measured: float

    @property
    def reached(self) -> bool:
        """Tell whether the figure is within its limit."""
        return self.measured <= self.target.limit


def judge(run: results.Run) -> Iterator[Verdict]:
    """Hold a run against the targets that were set for its number of shoots."""
    for target in TARGETS:
        if target.any_size or run.shoots == SHOOTS:
            yield Verdict(target, target.figure(run))


def _seconds(name: str) -> Callable[[results.Run], float]:
    return lambda run: run.phase(name).seconds


def _writes_each(*names: str) -> Callable[[results.Run], float]:
    return lambda run: sum(run.phase(name).written for name in names) / run.shoots


def _writes(name: str) -> Callable[[results.Run], float]:
    return lambda run: run.phase(name).written


def _cpu_of_create(run: results.Run) -> float:
    spent = run.phase(phases.CREATE).cpu_seconds + run.phase(phases.HEALTHY).cpu_seconds
    return 1000 * spent / run.shoots


def _peak(run: results.Run) -> float:
    return max(run.peak, run.peak_restarted) / 1e6


TARGETS = (
    Target("create all", "s", 20, "35", _seconds(phases.CREATE), any_size=False),
    Target(
        "writes a created shoot, conditions included",
        "",
        8,
        "9.7",
        _writes_each(phases.CREATE, phases.HEALTHY),
    ),
    # With few shoots it is mostly connections and templates that are made for the first time.
    Target(
        "CPU a created shoot, conditions included",
        "ms",
        12,
        "17",
        _cpu_of_create,
        any_size=False,
    ),
    Target("writes a reconcile without change", "", 3, "4", _writes_each(phases.RECONCILE)),
    Target("writes in an idle minute, but Leases", "", 0, "1032", _writes(phases.IDLE)),
    Target("operator configs to all", "s", 15, "18", _seconds(phases.CONFIGS), any_size=False),
    Target("writes after a restart, but Leases", "", 0, "", _writes(phases.RESTART)),
    Target(
        "delete all in two phases",
        "s",
        40,
        "not finished after 106",
        _seconds(phases.DELETE),
        any_size=False,
    ),
    Target("peak memory", "MB", 90, "139", _peak, any_size=False),
)
