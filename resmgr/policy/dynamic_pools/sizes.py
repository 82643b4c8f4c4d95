# SPDX-License-Identifier: Apache-2.0
"""How many CPUs each pool has: what its containers request, and a part of the rest by load.

The pool `shared` is the first one; the pool of reserved CPUs is not among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TooMany(ValueError):
    """There are fewer CPUs than pools with containers."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What speaks for a pool: whole CPUs that are requested, load, whether it has containers."""

    need: int
    weight: int = 0
    used: bool = False

    @property
    def least(self) -> int:
        """The CPUs that it must not have less than, if there are enough."""
        return max(self.need, int(self.used))


def divide(demands: Sequence[Demand], capacity: int) -> tuple[int, ...]:
    """Divide all CPUs (policies, section 10, 1 to 3). Raises `TooMany`.

    Unlike in the original every pool with containers has a CPU; if more is needed than there is,
    each gets a part by its need, and none of them less than one.
    """
    least = [demand.least for demand in demands]
    if sum(least) > capacity:
        return _squeezed(least, capacity)
    sizes = [demand.need for demand in demands]
    weights = [demand.weight if demand.used else 0 for demand in demands]
    free, total = capacity - sum(sizes), sum(weights)
    if free and total and demands[0].used and sizes[0] + free * weights[0] // total < 1:
        sizes[0] = 1
        free -= 1
    if total:
        parts = [free * weight // total for weight in weights]
        sizes = [size + part for size, part in zip(sizes, parts, strict=True)]
        free -= sum(parts)
    # The first one of equal ones: `shared`, if all are idle.
    sizes[weights.index(max(weights))] += free
    for number, size in enumerate(sizes):
        if size < least[number]:
            donor = max(range(len(sizes)), key=lambda one: sizes[one] - least[one])
            sizes[donor] -= 1
            sizes[number] += 1
    return tuple(sizes)


def _squeezed(least: Sequence[int], capacity: int) -> tuple[int, ...]:
    """Give one CPU to each that needs any, and of the rest a part by what it needs beside that."""
    used = sum(1 for need in least if need)
    if used > capacity:
        raise TooMany(f"{used} pools have containers, but there are only {capacity} CPUs for them")
    rest, wanted = capacity - used, sum(least) - used
    sizes, parts = [], []
    for number, need in enumerate(least):
        extra = max(need - 1, 0) * rest
        sizes.append(min(need, 1) + extra // wanted)
        parts.append((-(extra % wanted), number))
    for _, number in sorted(parts)[: capacity - sum(sizes)]:
        sizes[number] += 1
    return tuple(sizes)
