# SPDX-License-Identifier: Apache-2.0
"""Which CPUs a container gets for itself alone: new ones, more of them, or fewer.

All of it works on masks of free CPUs and knows no containers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ... import cpuset
from ...sysfs.machine import Machine
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

        As close as can be: other threads of its cores, then its NUMA nodes, its packages, any.
        Isolated CPUs are given to who has isolated ones, and when there are too few others.
        """
        isolated = bool(held & self.machine.isolated)
        pool = free.ordinary | free.isolated if isolated else free.enough(count)
        if pool.bit_count() < count:
            raise TooFew(f"cpuset {cpuset.show(pool)} does not have {count} CPUs")
        result = 0
        for near in self._around(held):
            candidates = pool & near & ~result
            part = min(count - result.bit_count(), candidates.bit_count())
            result |= self.allocator.allocate(candidates, part, Priority.HIGH)
        return result

    def fewer(self, held: int, count: int) -> int:
        """Choose the `count` CPUs of a container that it loses."""
        return self.allocator.release(held, count, Priority.HIGH)

    def _around(self, held: int) -> Iterator[int]:
        cpus = [self.machine.cpus[id_] for id_ in cpuset.ids(held)]
        yield _union(cpu.threads for cpu in cpus)
        yield _union(self.machine.nodes[cpu.node].cpus for cpu in cpus)
        yield _union(self.machine.packages[cpu.package].cpus for cpu in cpus)
        yield self.machine.online


def _union(masks: Iterator[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result
