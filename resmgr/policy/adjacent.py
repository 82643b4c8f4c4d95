# SPDX-License-Identifier: Apache-2.0
"""Which CPUs to add to those that somebody has: the nearest ones first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .. import cpuset
from ..sysfs.machine import Machine
from .allocator import Allocator, Priority, TooFew


@dataclass(frozen=True, slots=True)
class Adjacent:
    """Chooses CPUs of one machine."""

    machine: Machine
    allocator: Allocator

    def more(self, held: int, count: int, pool: int, prefer: Priority = Priority.HIGH) -> int:
        """Choose `count` CPUs of `pool`, to be had beside `held`. Raises `TooFew`.

        As close as can be: other threads of its cores, then its NUMA nodes, its packages, any.
        """
        pool &= self.machine.online & ~held
        if pool.bit_count() < count:
            raise TooFew(f"cpuset {cpuset.show(pool)} does not have {count} CPUs")
        result = 0
        for near in self._around(held):
            candidates = pool & near & ~result
            part = min(count - result.bit_count(), candidates.bit_count())
            if part:
                result |= self.allocator.allocate(candidates, part, prefer)
        return result

    def _around(self, held: int) -> Iterator[int]:
        cpus = [self.machine.cpus[id_] for id_ in cpuset.ids(held & self.machine.online)]
        yield _union(cpu.threads for cpu in cpus)
        yield _union(self.machine.nodes[id_].cpus for id_ in {cpu.node for cpu in cpus})
        yield _union(self.machine.packages[id_].cpus for id_ in {cpu.package for cpu in cpus})
        yield self.machine.online


def _union(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result
