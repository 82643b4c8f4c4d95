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
        yield from self._pin(cache_id, state.pools[member.pool].cpus)
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
        for cache_id, member in after.members.items():
            if member.pool in moved and cache_id != but:
                yield from self._pin(cache_id, moved[member.pool], before.pools[member.pool].cpus)
        if self.options.classes:
            yield from self._classes(before, moved)

    def classes(self, state: State) -> Iterator[Intent]:
        """Put the CPUs of all pools into their classes, if there are any."""
        if self.options.classes:
            for type_, pool in zip(self.options.types, state.pools, strict=True):
                if pool.cpus:
                    yield AssignCpuClass(pool.cpus, type_.cpu_class)

    def _pin(self, cache_id: str, cpus: int, before: int = 0) -> Iterator[Intent]:
        if self.options.pin_cpu:
            yield SetCpuset(cache_id, cpus)
        if self.options.pin_memory:
            nodes = nearby.nodes(self.machine, cpus)
            if nodes != nearby.nodes(self.machine, before):
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
