# SPDX-License-Identifier: Apache-2.0
"""Which pools there are, with which CPUs: fixed as soon as machine and configuration are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ... import cpuset
from ...sysfs.machine import Machine
from .. import nearby
from ..allocator import Allocator, Priority, TooFew
from ..interface import BadConfiguration
from ..supply import Supply
from . import sizes

RESERVED, DEFAULT = "reserved", "default"
"""The pools that there always are, one instance of each, in this order."""


class Fill(Enum):
    """Which instance with room gets a pod."""

    BALANCED = "Balanced"
    PACKED = "Packed"
    FIRST_FREE = "FirstFree"


@dataclass(frozen=True, slots=True)
class Pool:
    """One instance; `nodes` are the NUMA nodes of its memory, as a mask."""

    definition: str
    instance: int
    cpus: int
    nodes: int = 0
    max_pods: int = 0
    """0: any number, negative: none."""

    @property
    def name(self) -> str:
        """Its name for people, `definition[instance]`."""
        return f"{self.definition}[{self.instance}]"

    @property
    def milli(self) -> int:
        """Its CPUs in milli-CPU."""
        return 1000 * self.cpus.bit_count()


@dataclass(frozen=True, slots=True)
class Layout:
    """All pools in order: `reserved`, `default`, then those of the configuration."""

    pools: tuple[Pool, ...]
    instances: Mapping[str, tuple[int, ...]]
    """By definition, the positions of its instances."""

    fill: Mapping[str, Fill]

    @property
    def user_definitions(self) -> int:
        """How many definitions there are beside the two that there always are."""
        return len(self.instances) - 2


def lay(
    machine: Machine, supply: Supply, allocator: Allocator, given: Sequence[Mapping[str, Any]]
) -> Layout:
    """Divide the CPUs. Raises `BadConfiguration` with a line for each definition that is wrong."""
    work = _Work(supply, allocator)
    for wanted in (work.built_in, work.user):
        for position, definition in enumerate(given):
            one = {key.casefold(): value for key, value in definition.items()}
            try:
                wanted(one)
            except (sizes.BadSize, TooFew) as error:
                name = str(one.get("name") or "")
                work.problems.append(f"policy.podpools.Pools[{position}] {name!r}: {error}")
        work.all_free = work.free.bit_count()
    if work.problems:
        raise BadConfiguration("\n".join(work.problems))
    return work.layout(machine)


class _Work:
    """Pools so far, and the CPUs that are in none."""

    def __init__(self, supply: Supply, allocator: Allocator) -> None:
        self.supply, self.allocator = supply, allocator
        self.free = supply.free
        self.all_free = supply.free.bit_count()
        """CPUs that were free before the definitions that are looked at now."""

        self.pools = [Pool(RESERVED, 0, supply.reserved), Pool(DEFAULT, 0, supply.reserved)]
        self.fill: dict[str, Fill] = {}
        self.seen: set[str] = set()
        self.problems: list[str] = []

    def built_in(self, given: Mapping[str, Any]) -> None:
        """Change one of the two pools that there always are."""
        name = given.get("name")
        if name not in (RESERVED, DEFAULT):
            return
        self._once(name)
        position = 0 if name == RESERVED else 1
        pool = self.pools[position]
        wanted, instances = given.get("cpu"), given.get("instances")
        cpus = sizes.each(wanted) if wanted is not None else pool.cpus.bit_count()
        if sizes.count(instances, cpus, self.all_free) != 1:
            raise sizes.BadSize(f"cannot change the number of instances of pool {name}")
        if wanted is not None and name == RESERVED and cpus != pool.cpus.bit_count():
            raise sizes.BadSize(
                f"number of CPUs is conflicting ReservedResources CPUs: {cpus} are wanted,"
                f" {cpuset.show(pool.cpus)} are reserved"
            )
        if wanted is not None and name == DEFAULT:
            pool = replace(pool, cpus=self._take(cpus))
        self.pools[position] = replace(pool, max_pods=given.get("maxpods") or 0)

    def user(self, given: Mapping[str, Any]) -> None:
        """Make the instances of another definition."""
        name = given.get("name")
        if name in (RESERVED, DEFAULT):
            return
        if not name:
            raise sizes.BadSize("undefined or empty pool name")
        self._once(name)
        cpus, max_pods = sizes.each(given.get("cpu")), given.get("maxpods") or 0
        number = sizes.count(given.get("instances"), cpus, self.all_free)
        fill = Fill(given.get("fillorder") or Fill.BALANCED)
        if not number:
            raise sizes.BadSize(
                f"insufficient CPUs to create any instances:"
                f" {cpus} are wanted for each, {self.free.bit_count()} are free"
            )
        if number > 1 and fill is Fill.PACKED and not max_pods:
            raise sizes.BadSize(
                f"{number - 1} pool(s) unreachable: without MaxPods all pods go to the first"
            )
        if number * cpus > self.free.bit_count():
            raise sizes.BadSize(
                f"insufficient CPUs when trying to allocate {number} instance(s) of {cpus}"
                f" CPUs: {cpuset.show(self.free) or 'none'} are free"
            )
        for instance in range(number):
            self.pools.append(Pool(name, instance, self._take(cpus), max_pods=max_pods))
        self.fill[name] = fill

    def layout(self, machine: Machine) -> Layout:
        """Give what has come out; CPUs that are left are those of the default pool."""
        default = self.pools[1]
        if self.free:
            own = 0 if default.cpus == self.supply.reserved else default.cpus
            self.pools[1] = replace(default, cpus=own | self.free)
        pools = tuple(replace(one, nodes=nearby.nodes(machine, one.cpus)) for one in self.pools)
        instances: dict[str, tuple[int, ...]] = {}
        for position, pool in enumerate(pools):
            instances[pool.definition] = (*instances.get(pool.definition, ()), position)
        return Layout(pools, instances, self.fill)

    def _once(self, name: str) -> None:
        if name in self.seen:
            raise sizes.BadSize(f"pool {name} is defined twice")
        self.seen.add(name)

    def _take(self, count: int) -> int:
        try:
            cpus = self.allocator.allocate(self.free, count, Priority.NORMAL)
        except TooFew as error:
            raise sizes.BadSize(
                f"insufficient CPUs when trying to allocate {count}: {error}"
            ) from error
        self.free &= ~cpus
        return cpus
