# SPDX-License-Identifier: Apache-2.0
"""A machine in the order in which it is drawn: packages, dies, parts of NUMA nodes, cores.

Dies and NUMA nodes nest in either way on real machines, so what is drawn is each part that a die
and a node have in common. A cache of the last level stands where all its CPUs are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CoreKind, Machine, Node

_LAST = 3
"""Level from which on caches are worth drawing."""


@dataclass(frozen=True, slots=True)
class Core:
    """One core: mask of its online threads."""

    cpus: int
    kind: CoreKind


@dataclass(frozen=True, slots=True)
class Group:
    """Cores that share a cache of the last level, or all that share none of their own."""

    cache: Cache | None
    cores: tuple[Core, ...]

    @property
    def cpus(self) -> int:
        """Mask of its CPUs."""
        return cpuset.union(core.cpus for core in self.cores)


@dataclass(frozen=True, slots=True)
class Part:
    """What a die has of a NUMA node."""

    node: Node
    cpus: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Die:
    """One die; `caches` are shared by more than one of its parts."""

    id: int
    cpus: int
    caches: tuple[Cache, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Socket:
    """One package; `caches` are shared by more than one of its dies."""

    id: int
    cpus: int
    caches: tuple[Cache, ...]
    dies: tuple[Die, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it; `apart` are NUMA nodes without an online CPU."""

    machine: Machine
    sockets: tuple[Socket, ...]
    apart: tuple[Node, ...]


def plan(machine: Machine) -> Plan:
    """Put a machine in order."""
    caches = [cache for cache in machine.caches if cache.level >= _LAST]
    sockets = []
    for package in machine.packages.values():
        own = [cache for cache in caches if cache.cpus & package.cpus]
        dies = tuple(_die(machine, id_, cpus, own) for id_, cpus in package.dies.items())
        wide = tuple(_not_within(own, (die.cpus for die in dies)))
        sockets.append(Socket(package.id, package.cpus, wide, dies))
    apart = tuple(node for node in machine.nodes.values() if not node.cpus)
    return Plan(machine, tuple(sockets), apart)


def _die(machine: Machine, id_: int, cpus: int, caches: Iterable[Cache]) -> Die:
    own = [cache for cache in caches if not cache.cpus & ~cpus]
    parts = tuple(
        Part(node, node.cpus & cpus, tuple(_groups(machine, node.cpus & cpus, own)))
        for node in machine.nodes.values()
        if node.cpus & cpus
    )
    return Die(id_, cpus, tuple(_not_within(own, (part.cpus for part in parts))), parts)


def _not_within(caches: Iterable[Cache], places: Iterable[int]) -> Iterator[Cache]:
    masks = tuple(places)
    for cache in caches:
        if all(cache.cpus & ~mask for mask in masks):
            yield cache


def _groups(machine: Machine, cpus: int, caches: Iterable[Cache]) -> Iterator[Group]:
    rest = cpus
    for cache in caches:
        if not cache.cpus & ~cpus and cache.cpus & rest:
            yield Group(cache, tuple(_cores(machine, cache.cpus & rest)))
            rest &= ~cache.cpus
    if rest:
        yield Group(None, tuple(_cores(machine, rest)))


def _cores(machine: Machine, cpus: int) -> Iterator[Core]:
    while cpus:
        first = machine.cpus[cpuset.first(cpus)]
        yield Core(first.threads & cpus, first.kind)
        cpus &= ~first.threads
