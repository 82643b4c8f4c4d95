# SPDX-License-Identifier: Apache-2.0
"""Which limits of frequencies follow from classes and the CPUs in them (controllers, 3.3).

Where CPUs of several classes share a die, or one clock, the highest limits count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...sysfs.knobs import Knob, Knobs
from .assignments import Assignments
from .classes import Classes, CpuClass


@dataclass(frozen=True, slots=True)
class Limit:
    """What one pair of files should hold, kHz; 0: no opinion."""

    knob: Knob
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """All limits, by the folders of their files; all else is to be as it was found."""

    limits: dict[str, Limit]
    doubts: tuple[str, ...] = ()
    """What is doubtful, in words."""


def wanted(assignments: Assignments, classes: Classes, knobs: Knobs) -> Wanted:
    """Tell which limits are wanted."""
    doubts = [
        f"cpu class {name!r} is not configured: its CPUs are left as they were"
        for name in assignments
        if name and name not in classes
    ]
    known = [(classes[name], cpus) for name, cpus in assignments.items() if name in classes]
    limits = _of(knobs.cores, known, lambda one: (one.low, one.high), doubts)
    limits += _of(knobs.dies, known, lambda one: (one.uncore_low, one.uncore_high), doubts)
    return Wanted({one.knob.folder: one for one in limits}, tuple(doubts))


def _of(
    knobs: Iterable[Knob],
    known: list[tuple[CpuClass, int]],
    what: Callable[[CpuClass], tuple[int, int]],
    doubts: list[str],
) -> list[Limit]:
    stated = [(what(one), cpus) for one, cpus in known if any(what(one))]
    if not stated:
        return []
    found = []
    for knob in knobs:
        pairs = [pair for pair, cpus in stated if cpus & knob.cpus]
        low, high = (max((pair[at] for pair in pairs), default=0) for at in (0, 1))
        if low > high > 0:
            doubts.append(f"{knob.folder}: the lowest frequency {low} kHz is above {high} kHz")
            low = high
        if low or high:
            found.append(Limit(knob, _clamped(low, knob), _clamped(high, knob)))
    return found


def _clamped(value: int, knob: Knob) -> int:
    """Give what the hardware can do of a limit; 0 stays no opinion."""
    if not value:
        return 0
    value = max(value, knob.lowest)
    return min(value, knob.highest) if knob.highest else value
