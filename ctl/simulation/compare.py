# SPDX-License-Identifier: Apache-2.0
"""The same pods by two configurations: which containers differ, and which is better in what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import summary
from .placements import Placement, Placements
from .records import State
from .summary import Quality


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both sides; `better` is -1 for the first, 1 for the second, 0 for neither."""

    name: str
    first: float
    second: float
    better: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A container that is not placed the same, with what differs."""

    first: Placement
    second: Placement
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """See the module."""

    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]
    same: int
    """Containers that are placed the same."""


_FIGURES: Sequence[tuple[str, Callable[[Quality], float], int]] = (
    ("containers refused", lambda one: one.refused, -1),
    ("containers in pools that are overbooked", lambda one: one.overbooked, -1),
    ("containers with CPUs for themselves", lambda one: one.pinned, 0),
    ("CPUs that belong to one container", lambda one: one.exclusive, 0),
    ("containers on one NUMA node", lambda one: one.on_one_node, 1),
    ("NUMA nodes of a container's CPUs, mean", lambda one: one.spread, -1),
    ("containers with local memory only", lambda one: one.local, 1),
    ("distance from CPUs to memory, mean", lambda one: one.distance, -1),
    ("updates of running containers", lambda one: one.updates, -1),
)
"""Name, value, and which is better: more (1), less (-1), or neither."""


def compare(first: Placements, second: Placements) -> Comparison:
    """Compare what two configurations made of the same pods."""
    one, other = summary.quality(first), summary.quality(second)
    figures = []
    for name, value, sign in _FIGURES:
        mine, theirs = float(value(one)), float(value(other))
        figures.append(Figure(name, mine, theirs, sign * _sign(theirs - mine)))
    found, same = [], 0
    others = {each.name: each for each in second.containers}
    for each in first.containers:
        counterpart = others.get(each.name)
        if counterpart is None:
            continue
        what = differing(each, counterpart)
        if what:
            found.append(Difference(each, counterpart, what))
        else:
            same += 1
    return Comparison(tuple(figures), tuple(found), same)


def differing(one: Placement, other: Placement) -> tuple[str, ...]:
    """Name what differs between two placements of a container; names of pools do not count."""
    if one.state is not other.state:
        return ("state",)
    if one.state is not State.RUNNING:
        return ()
    pairs = (
        ("CPUs", one.cpus, other.cpus),
        ("CPUs of its own", one.exclusive, other.exclusive),
        ("memory", one.mems, other.mems),
    )
    return tuple(name for name, mine, theirs in pairs if mine != theirs)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
