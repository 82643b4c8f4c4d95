# SPDX-License-Identifier: Apache-2.0
"""What is drawn at each CPU: whose it is, or that it is shared, isolated or idle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from resmgr import cpuset

from .occupants import Occupant


class Use(Enum):
    """What a CPU is used for."""

    EXCLUSIVE = "exclusive"
    SHARED = "shared"
    ISOLATED = "isolated"
    """Kept free of the kernel's own work, and idle."""

    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Mark:
    """Use of a CPU; `owners` are positions of containers that have it for themselves."""

    use: Use
    owners: tuple[int, ...] = ()


_ALONE = {use: Mark(use) for use in Use}


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks by CPU; those that are shared or idle are told by masks."""

    owned: Mapping[int, Mark]
    shared: int
    isolated: int

    def of(self, cpu: int) -> Mark:
        """Give the mark of a CPU."""
        if mark := self.owned.get(cpu):
            return mark
        if self.shared >> cpu & 1:
            return _ALONE[Use.SHARED]
        return _ALONE[Use.ISOLATED if self.isolated >> cpu & 1 else Use.IDLE]


def marks(occupants: Iterable[Occupant], isolated: int) -> Marks:
    """Tell what each CPU is used for."""
    owners: dict[int, tuple[int, ...]] = {}
    shared = 0
    for position, one in enumerate(occupants):
        shared |= one.shared
        for cpu in cpuset.ids(one.exclusive):
            owners[cpu] = (*owners.get(cpu, ()), position)
    owned = {cpu: Mark(Use.EXCLUSIVE, positions) for cpu, positions in owners.items()}
    return Marks(owned, shared, isolated)
