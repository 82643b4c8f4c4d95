# SPDX-License-Identifier: Apache-2.0
"""Which CPUs each pool has: those that it had, as far as its size allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..adjacent import Adjacent
from ..allocator import Allocator, Priority


@dataclass(frozen=True, slots=True)
class Layout:
    """Moves CPUs of one machine between pools."""

    allocator: Allocator
    adjacent: Adjacent
    free: int
    """The CPUs of all pools together."""

    def follow(
        self, had: Sequence[int], sizes: Sequence[int], priorities: Sequence[Priority]
    ) -> tuple[int, ...]:
        """Give the CPUs of each pool; sizes come to no more than there are CPUs.

        Pools shrink first, then the others grow in their order, by the nearest CPUs. The original
        lays all of them out anew, so that containers move whose pools stay as large as they were.
        """
        found = []
        for cpus, size, prefer in zip(had, sizes, priorities, strict=True):
            extra = max(cpus.bit_count() - size, 0)
            found.append(cpus & ~self.allocator.release(cpus, extra, prefer) if extra else cpus)
        free = self.free
        for cpus in found:
            free &= ~cpus
        for number, (size, prefer) in enumerate(zip(sizes, priorities, strict=True)):
            missing = size - found[number].bit_count()
            if missing:
                more = self._more(found[number], missing, free, prefer)
                found[number] |= more
                free &= ~more
        return tuple(found)

    def _more(self, held: int, count: int, free: int, prefer: Priority) -> int:
        if held:
            return self.adjacent.more(held, count, free, prefer)
        return self.allocator.allocate(free, count, prefer)
