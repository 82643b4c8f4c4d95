# SPDX-License-Identifier: Apache-2.0
"""What benchmarks do alike: figures sorted by kind, and held against what should come out. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

R = TypeVar("R")
"""A report of a benchmark."""


@dataclass(frozen=True, slots=True)
class Target(Generic[R]):
    """A figure that must not be more than its limit."""

    title: str
    unit: str
    limit: float
    figure: Callable[[R], float | None]
    """Gives nothing where that was not measured."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """A target and what was measured."""

    target: Target[R]
    measured: float

    @property
    def reached(self) -> bool:
        """Whether the figure is within its limit."""
        return self.measured <= self.target.limit


def judge(targets: Iterable[Target[R]], report: R) -> Iterator[Verdict[R]]:
    """Hold a report against all targets that it has figures for."""
    for target in targets:
        measured = target.figure(report)
        if measured is not None:
            yield Verdict(target, measured)


def verdicts(found: Iterable[Verdict[R]]) -> list[tuple[str, ...]]:
    """Give the rows of a table of verdicts, its head included."""
    rows: list[tuple[str, ...]] = [("figure", "measured", "target", "")]
    for verdict in found:
        target = verdict.target
        rows.append(
            (
                target.title,
                f"{verdict.measured:.2f} {target.unit}".strip(),
                f"at most {target.limit:g} {target.unit}".strip(),
                "reached" if verdict.reached else "missed",
            )
        )
    return rows


def by_kind(
    kinds: Mapping[str, Callable[..., object]], figures: Iterable[object]
) -> dict[str, Any]:
    """Sort figures in any order by their types; each name of `kinds` has a tuple.

    Raises `KeyError` for a figure of another type.
    """
    found: dict[str, list[object]] = {name: [] for name in kinds}
    names: dict[object, str] = {kind: name for name, kind in kinds.items()}
    for each in figures:
        found[names[type(each)]].append(each)
    return {name: tuple(each) for name, each in found.items()}
