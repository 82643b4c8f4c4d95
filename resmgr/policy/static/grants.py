# SPDX-License-Identifier: Apache-2.0
"""Which CPUs a container gets for itself alone: new ones, more of them, or fewer.

All of it works on masks of free CPUs and knows no containers.
"""

from dataclasses import dataclass

from ...sysfs.machine import Machine
from ..adjacent import Adjacent
from ..allocator import Allocator, Priority, TooFew


@dataclass(frozen=True, slots=True)
class Free:
    """CPUs that may be given: `ordinary` ones without the reserved, and `isolated` ones."""

    ordinary: int
    isolated: int

    def enough(self, count: int) -> int:
        """Give the CPUs to choose from: isolated ones are for when there are too few others."""
        if self.ordinary.bit_count() < count:
            return self.ordinary | self.isolated
        return self.ordinary


@dataclass(frozen=True, slots=True)
class Grants:
    """Chooses CPUs of one machine."""

    machine: Machine
    allocator: Allocator

    def new(self, count: int, free: Free, *, prefer_isolated: bool) -> int:
        """Choose CPUs for a container that has none. Raises `TooFew`.

        A single CPU is an isolated one if there is one.
        """
        if prefer_isolated or (count == 1 and free.isolated):
            try:
                return self.allocator.allocate(free.isolated, count, Priority.HIGH)
            except TooFew:
                pass
        return self.allocator.allocate(free.enough(count), count, Priority.HIGH)

    def more(self, held: int, count: int, free: Free) -> int:
        """Choose `count` CPUs for a container to have beside those that it has. Raises `TooFew`.

        The nearest ones. Isolated CPUs are given to who has isolated ones, and when there are too
        few others.
        """
        isolated = bool(held & self.machine.isolated)
        pool = free.ordinary | free.isolated if isolated else free.enough(count)
        return Adjacent(self.machine, self.allocator).more(held, count, pool)

    def fewer(self, held: int, count: int) -> int:
        """Choose the `count` CPUs of a container that it loses."""
        return self.allocator.release(held, count, Priority.HIGH)
