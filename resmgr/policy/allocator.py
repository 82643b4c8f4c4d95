# SPDX-License-Identifier: Apache-2.0
"""Which CPUs of many to take: whole packages, then whole cores, then single threads.

Pure functions on masks (policies, section 2). NUMA nodes and dies are not looked at: who wants
CPUs of one node passes the CPUs of that node. Only online CPUs are ever given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from .. import cpuset
from ..sysfs.machine import CoreKind, Cpu, Machine, Package
from . import speed


class Priority(IntEnum):
    """How fast a CPU is, or how fast one is wanted; the numbers stand in configurations."""

    HIGH = 0
    NORMAL = 1
    LOW = 2
    NONE = 3
    """No preference; no CPU is of this priority."""


class TooFew(ValueError):
    """There are fewer CPUs than are wanted."""


Masks = tuple[int, int, int]
"""The CPUs of high, normal and low priority; each CPU is of one."""

_PREFERENCES = {"performance": 0, "balance_performance": 1, "balance_power": 2, "power": 3}
_UNKNOWN = 4


def priorities(machine: Machine) -> Masks:
    """Sort the online CPUs by priority, package by package.

    Where Speed Select is in use it tells who is of which (`speed`). Elsewhere CPUs above the
    lowest base frequency of their package, or those with a more eager preference than the laziest
    one, are of high priority and the others of low. Preferences count more than frequencies. Beyond
    the original: where both are alike, or not told, efficient cores of a hybrid package are of low
    priority and its others of high. What is left is normal.
    """
    high = low = 0
    for package in machine.packages.values():
        favour = speed.favour(package.speed_select, package.cpus) if package.speed_select else None
        if favour is not None:
            high |= favour[0]
            low |= favour[1]
        elif (fast := _fast(machine.cpus, package)) is not None:
            high |= fast
            low |= package.cpus & ~fast
    return high, machine.online & ~high & ~low, low


def _fast(cpus: Mapping[int, Cpu], package: Package) -> int | None:
    """The CPUs of high priority, or None where there is nothing to tell them by."""
    own = [cpus[id_] for id_ in cpuset.ids(package.cpus)]
    preferences = {cpu.id: _PREFERENCES.get(cpu.energy_preference, _UNKNOWN) for cpu in own}
    known = set(preferences.values()) - {_UNKNOWN}
    if len(known) > 1:
        return cpuset.of(id_ for id_, preference in preferences.items() if preference < max(known))
    frequencies = {cpu.base_frequency for cpu in own} - {0}
    if len(frequencies) > 1:
        return cpuset.of(cpu.id for cpu in own if cpu.base_frequency > min(frequencies))
    large = cpuset.of(cpu.id for cpu in own if cpu.kind is not CoreKind.EFFICIENT)
    return large if 0 < large.bit_count() < len(own) else None


def rank(mask: int, of: Masks, prefer: Priority, count: int = -1) -> tuple[int, ...]:
    """Give a key that sorts better sets first, where CPUs of a priority are wanted.

    Better is what has more CPUs of that priority, then more of each lower one, then fewer of the
    higher ones. With a `count` above 0, sets that alone have enough of that priority come first,
    the tightest of them before the others, whatever else they have.
    """
    if prefer is Priority.NONE:
        return ()
    wanted = (mask & of[prefer]).bit_count()
    if 0 < count <= wanted:
        return (0, wanted)
    worse = (-(mask & of[other]).bit_count() for other in range(prefer + 1, Priority.NONE))
    better = ((mask & of[other]).bit_count() for other in range(prefer))
    return (1, -wanted, *worse, *better)


@dataclass(frozen=True, slots=True)
class Allocator:
    """Takes CPUs of one machine; made by `of`, and the same for as long as the machine is."""

    cpus: Mapping[int, Cpu]
    packages: Mapping[int, int]
    """Package id -> mask of its online CPUs."""

    priorities: Masks
    online: int
    wholes: Mapping[Priority, tuple[tuple[int, ...], tuple[int, ...]]]
    """Packages, and cores (masks of online threads), the best first for each wanted priority."""

    @classmethod
    def of(cls, machine: Machine) -> "Allocator":
        """Look at a machine."""
        packages = {id_: package.cpus for id_, package in machine.packages.items()}
        cores = tuple(
            cpu.threads for cpu in machine.cpus.values() if cpuset.first(cpu.threads) == cpu.id
        )
        of = priorities(machine)

        def ordered(masks: Iterable[int], prefer: Priority) -> tuple[int, ...]:
            # Sorting is stable, so that equal ones stay in the order of their ids.
            return tuple(sorted(masks, key=lambda mask: rank(mask, of, prefer)))

        return cls(
            cpus=machine.cpus,
            packages=packages,
            priorities=of,
            online=machine.online,
            wholes={
                prefer: (ordered(packages.values(), prefer), ordered(cores, prefer))
                for prefer in Priority
            },
        )

    def allocate(self, free: int, count: int, prefer: Priority) -> int:
        """Give `count` CPUs out of `free` as a mask. Raises `TooFew`."""
        free &= self.online
        if free.bit_count() < count:
            raise TooFew(f"cpuset {cpuset.show(free)} does not have {count} CPUs")
        if free.bit_count() == count:
            return free
        result = 0
        for candidates in self.wholes[prefer]:
            taken = _whole(candidates, free, count - result.bit_count())
            result |= taken
            free &= ~taken
        return result | self._threads(free, result, count - result.bit_count(), prefer)

    def release(self, owned: int, count: int, prefer: Priority) -> int:
        """Give the `count` CPUs out of `owned` that are the first to go, as a mask.

        What stays is what would have been allocated. Raises `TooFew`.
        """
        owned &= self.online
        if owned.bit_count() < count:
            raise TooFew(f"cpuset {cpuset.show(owned)} does not have {count} CPUs")
        return owned & ~self.allocate(owned, owned.bit_count() - count, prefer)

    def _threads(self, free: int, taken: int, count: int, prefer: Priority) -> int:
        """Take single threads, first from packages that have given some already."""
        if not count:
            return 0
        packages = sorted(
            self.packages.items(),
            key=lambda one: (
                -(one[1] & taken).bit_count(),
                rank(one[1] & free, self.priorities, prefer, count),
                one[0],
            ),
        )
        # Of thousands of CPUs only those are looked at that may be taken.
        result = 0
        for _, mask in packages:
            for alike in self._alike(prefer):
                own = cpuset.ids(mask & alike & free)
                # Sorting is stable: of cores that have as many threads left the first one counts.
                found = sorted(own, key=lambda id_: (self.cpus[id_].threads & free).bit_count())
                result |= cpuset.of(found[:count])
                count -= len(found[:count])
                if not count:
                    return result
        return result

    def _alike(self, prefer: Priority) -> tuple[int, ...]:
        """Give sets of CPUs that are as good as each other for a priority, the best set first."""
        if prefer is Priority.NONE:
            return (self.online,)
        there = (mask for mask in self.priorities if mask)
        return tuple(sorted(there, key=lambda mask: rank(mask & -mask, self.priorities, prefer)))


def _whole(candidates: Iterable[int], free: int, count: int) -> int:
    """Take what is free as a whole, in order, as long as it is not too big."""
    result = 0
    for mask in candidates:
        if not count:
            break
        if mask & free == mask and mask.bit_count() <= count:
            result |= mask
            count -= mask.bit_count()
    return result
