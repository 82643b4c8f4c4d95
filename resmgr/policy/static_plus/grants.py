# SPDX-License-Identifier: Apache-2.0
"""Which CPUs a container gets for itself alone: all of them isolated, or none."""

from dataclasses import dataclass

from ..adjacent import Adjacent
from ..allocator import Allocator, Priority
from .pools import Pools
from .wants import Wants


@dataclass(frozen=True, slots=True)
class Free:
    """What there is to give: `isolated` CPUs, and those of the `shared` pool."""

    isolated: int
    shared: int


@dataclass(frozen=True, slots=True)
class Grants:
    """Chooses CPUs of one machine."""

    pools: Pools
    allocator: Allocator
    adjacent: Adjacent

    def choose(self, held: int, wants: Wants, free: Free) -> int:
        """Choose the exclusive CPUs of a container that has `held`. Raises `TooFew`.

        What it has stays as far as it is wanted. It grows by CPUs of the same kind, the nearest
        ones; only if there are too few of them it moves.
        """
        extra = wants.full - held.bit_count()
        if not wants.full:
            return 0
        if held and extra <= 0:
            return held & ~self.allocator.release(held, -extra, Priority.HIGH)
        if held:
            kind = free.isolated if held & self.pools.isolated else free.shared
            if kind.bit_count() >= extra:
                return held | self.adjacent.more(held, extra, kind)
        isolated = free.isolated | held & self.pools.isolated
        if wants.isolated and isolated.bit_count() >= wants.full:
            return self.allocator.allocate(isolated, wants.full, Priority.HIGH)
        shared = free.shared | held & self.pools.shared
        return self.allocator.allocate(shared, wants.full, Priority.HIGH)
