# SPDX-License-Identifier: Apache-2.0
"""Figures held against what should come out. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .shown import Rows

R = TypeVar("R")
"""A report of a benchmark."""


@dataclass(frozen=True, slots=True)
class Target(Generic[R]):
    """A figure that must not be more than its limit; with `floor` it must not be less."""

    title: str
    unit: str
    limit: float
    figure: Callable[[R], float | None]
    """Gives nothing where that was not measured."""

    go: str = ""
    """What the original in Go was measured at."""

    floor: bool = False


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """A target and what was measured."""

    target: Target[R]
    measured: float

    @property
    def reached(self) -> bool:
        """Whether the figure is within its limit."""
        if self.target.floor:
            return self.measured >= self.target.limit
        return self.measured <= self.target.limit


def judge(targets: Iterable[Target[R]], report: R) -> Iterator[Verdict[R]]:
    """Hold a report against all targets that it has figures for."""
    for target in targets:
        measured = target.figure(report)
        if measured is not None:
            yield Verdict(target, measured)


def rows(found: Iterable[Verdict[R]], original: str = "") -> Rows:
    """Give the rows of a table of verdicts, its head included.

    `original` is the head of a column with what the original had, if there is to be one.
    """
    shown: Rows = [("figure", "measured", "target", *([original] if original else []), "")]
    for verdict in found:
        target = verdict.target
        sign = "at least" if target.floor else "at most"
        had = f"{target.go} {target.unit}".strip() if target.go else ""
        shown.append(
            (
                target.title,
                f"{verdict.measured:.2f} {target.unit}".strip(),
                f"{sign} {target.limit:g} {target.unit}".strip(),
                *([had] if original else []),
                "reached" if verdict.reached else "missed",
            )
        )
    return shown
