# SPDX-License-Identifier: Apache-2.0
"""Which CPUs a balloon gets when it grows, and which ones go when it shrinks.

All of it works on masks and knows no containers.
"""

from dataclasses import dataclass

from ...sysfs.machine import Machine
from ..allocator import Allocator
from . import tree
from .descent import Descent
from .tree import Level
from .types import Type


@dataclass(frozen=True, slots=True)
class Sizing:
    """Chooses CPUs of one machine."""

    allocator: Allocator
    plain: Descent
    spread: Descent
    """The tree with the threads of cores apart."""

    levels: dict[Level, tuple[int, ...]]
    """The CPUs of each node of a level."""

    @classmethod
    def of(cls, machine: Machine, allocator: Allocator) -> "Sizing":
        """Look at a machine."""
        root = tree.build(machine)
        levels = {
            level: tuple(node.cpus for node in root.at(level))
            for level in Level.__members__.values()
        }
        return cls(allocator, Descent.of(root), Descent.of(tree.split(root)), levels)

    def descent(self, type_: Type) -> Descent:
        """Give the tree in which balloons of a type grow and shrink."""
        return self.spread if type_.spread_cores else self.plain

    def grow(self, type_: Type, held: int, free: int, count: int) -> int:
        """Give `count` free CPUs for a balloon that has some. Raises `descent.NoRoom`."""
        descent = self.descent(type_)
        candidates = descent.add(held, free, count, balance=type_.balance)
        if type_.spread_cores and candidates.bit_count() != count:
            candidates = 0
            for _ in range(count):
                one = descent.add(held | candidates, free & ~candidates, 1, balance=type_.balance)
                candidates |= one
        return self.allocator.allocate(candidates, count, type_.priority)

    def shrink(self, type_: Type, held: int, free: int, count: int) -> int:
        """Give the `count` CPUs of a balloon that go."""
        descent, gone = self.descent(type_), 0
        for _ in range(count):
            gone |= descent.remove(held & ~gone, free | gone)
        return gone

    def near(self, type_: Type, held: int) -> int:
        """Give the CPUs within which a balloon uses idle ones."""
        found = 0
        for cpus in self.levels[type_.share] if type_.share is not None and held else ():
            if cpus & held:
                found |= cpus
        return found
