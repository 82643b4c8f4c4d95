# SPDX-License-Identifier: Apache-2.0
"""What has to be done when pools have other CPUs, and only that."""

from collections.abc import Iterator
from dataclasses import dataclass

from ... import quantity
from ...intents import AssignCpuClass, Intent, SetCpuset, SetMems, SetShares
from ...sysfs.machine import Machine
from .. import nearby
from .state import State
from .types import Options


@dataclass(frozen=True, slots=True)
class Follow:
    """Makes intents on one machine."""

    machine: Machine
    options: Options

    def tell(self, state: State, cache_id: str) -> Iterator[Intent]:
        """Tell a container all that it has; shares only if it requests any CPU."""
        member = state.members[cache_id]
        cpus = state.pools[member.pool].cpus
        yield from self._pin(cache_id, cpus, nearby.nodes(self.machine, cpus))
        if self.options.pin_cpu and member.request:
            yield SetShares(cache_id, quantity.shares(member.request))

    def changes(self, before: State, after: State, but: str = "") -> Iterator[Intent]:
        """Tell the others, if their pools have other CPUs; classes go with the CPUs."""
        pools = zip(before.pools, after.pools, strict=True)
        moved = {
            number: new.cpus for number, (old, new) in enumerate(pools) if old.cpus != new.cpus
        }
        if not moved:
            return
        nodes = {number: self._nodes(before.pools[number].cpus, moved[number]) for number in moved}
        for cache_id, member in after.members.items():
            if member.pool in moved and cache_id != but:
                yield from self._pin(cache_id, moved[member.pool], nodes[member.pool])
        if self.options.classes:
            yield from self._classes(before, moved)

    def classes(self, state: State) -> Iterator[Intent]:
        """Put the CPUs of all pools into their classes, if there are any."""
        if self.options.classes:
            for type_, pool in zip(self.options.types, state.pools, strict=True):
                if pool.cpus:
                    yield AssignCpuClass(pool.cpus, type_.cpu_class)

    def _nodes(self, before: int, after: int) -> int:
        """Give the nodes of CPUs, 0 if they are those of before."""
        nodes = nearby.nodes(self.machine, after)
        return 0 if nodes == nearby.nodes(self.machine, before) else nodes

    def _pin(self, cache_id: str, cpus: int, nodes: int) -> Iterator[Intent]:
        if self.options.pin_cpu:
            yield SetCpuset(cache_id, cpus)
        if self.options.pin_memory and nodes:
            yield SetMems(cache_id, nodes)

    def _classes(self, before: State, moved: dict[int, int]) -> Iterator[Intent]:
        """CPUs whose former pool has another class."""
        for number, cpus in sorted(moved.items()):
            name = self.options.types[number].cpu_class
            for type_, pool in zip(self.options.types, before.pools, strict=True):
                if type_.cpu_class == name:
                    cpus &= ~pool.cpus  # noqa: PLW2901 - what is left of it
            if cpus:
                yield AssignCpuClass(cpus, name)
