# SPDX-License-Identifier: Apache-2.0
"""Which CPUs to add to those that somebody has: the nearest ones first."""

from collections.abc import Iterator
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
            if result.bit_count() == count:
                break
        return result

    def _around(self, held: int) -> Iterator[int]:
        cores = self.allocator.wholes[Priority.NONE][1]
        # Held may be thousands of CPUs: masks are compared, not ids one by one.
        yield cpuset.union(core for core in cores if core & held)
        yield cpuset.union(node.cpus for node in self.machine.nodes.values() if node.cpus & held)
        yield cpuset.union(one.cpus for one in self.machine.packages.values() if one.cpus & held)
        yield self.machine.online
