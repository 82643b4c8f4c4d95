# SPDX-License-Identifier: Apache-2.0
"""What grants mean for containers: CPUs, shares and memory nodes (section 7.9)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ... import quantity
from ...intents import Intent, SetCpuset, SetMems, SetShares
from . import memory
from .grants import Grant
from .options import Options
from .state import State
from .tree import Pool


@dataclass(frozen=True, slots=True)
class Applied:
    """CPUs and memory nodes are masks."""

    cpus: int
    shares: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Applier:
    """Tells containers what they have."""

    pools: tuple[Pool, ...]
    options: Options

    def of(self, state: State, grant: Grant) -> Applied:
        """Tell what a grant comes to."""
        pool = self.pools[grant.pool]
        if grant.reserved:
            cpus = pool.reserved
        else:
            cpus = grant.exclusive | (self.shared(state, grant.pool) if grant.shares else 0)
        return Applied(cpus, quantity.shares(grant.part), self.nodes(grant))

    def shared(self, state: State, pool: int) -> int:
        """Give the CPUs that containers of a pool share: those of the nearest pool that has some.

        Where nobody can share any CPU, it is the reserved ones.
        """
        for id_ in (pool, *self.pools[pool].ancestors):
            cpus = self.pools[id_].sharable & ~state.exclusive
            if cpus:
                return cpus
        return self.pools[-1].reserved

    def nodes(self, grant: Grant) -> int:
        """Give the memory nodes of a grant: of its kinds, else DRAM, else any; never none."""
        for id_ in (grant.memory_pool, *self.pools[grant.memory_pool].ancestors):
            pool = self.pools[id_]
            for kinds in (grant.filling, memory.DRAM, memory.ALL):
                if nodes := pool.nodes(kinds):
                    return nodes
        return 0

    def told(
        self,
        before: State,
        after: State,
        always: Collection[str] = (),
        *,
        changed: Collection[str] | None = None,
    ) -> list[Intent]:
        """Tell containers what is another than before, and some of them all they have.

        Only those that have `changed`, if they are known, can have other grants than before.
        """
        moved = 0
        for pool in self.pools if before.exclusive != after.exclusive else ():
            if self.shared(before, pool.id) != self.shared(after, pool.id):
                moved |= 1 << pool.id
        found: list[Intent] = []
        keys = after.grants if moved or changed is None else changed
        for key in keys:
            if key not in after.grants:
                continue
            grant, former = after.grants[key], before.grants.get(key)
            if key in always or former is None:
                found += self._intents(key, self.of(after, grant), None)
            elif former is not grant or (moved >> grant.pool & 1 and grant.shares):
                found += self._intents(key, self.of(after, grant), self.of(before, former))
        return found

    def _intents(self, key: str, now: Applied, former: Applied | None) -> Iterator[Intent]:
        if self.options.pin_cpu:
            if former is None or now.cpus != former.cpus:
                yield SetCpuset(key, now.cpus)
            if former is None or now.shares != former.shares:
                yield SetShares(key, now.shares)
        if self.options.pin_memory and now.nodes and (former is None or now.nodes != former.nodes):
            yield SetMems(key, now.nodes)
