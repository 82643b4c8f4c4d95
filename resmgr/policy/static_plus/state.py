# SPDX-License-Identifier: Apache-2.0
"""What static-plus remembers: who has which exclusive CPUs and which part of a pool.

Who shares has the shared pool. The oldest containers fill it; once their parts come to all that it
has, those after them have the reserved CPUs beside it. What a change costs does not grow with the
containers whose CPUs stay the same, but for copies of a dictionary.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .pools import Pools


@dataclass(frozen=True, slots=True)
class Grant:
    """What one container has: exclusive CPUs, and milli-CPU of a pool."""

    exclusive: int
    part: int
    number: int
    """Older containers have smaller numbers."""

    system: bool = False

    @property
    def shares(self) -> bool:
        """Whether it runs on the shared pool."""
        return not self.system and (self.part > 0 or not self.exclusive)


@dataclass(frozen=True, slots=True)
class State:
    """Grants by cache id, oldest first, and what follows from them; never changed in place."""

    grants: dict[str, Grant] = field(default_factory=dict)
    taken: int = 0
    """All exclusive CPUs."""

    booked: int = 0
    """Milli-CPU of the shared pool that containers have."""

    late: frozenset[str] = frozenset()
    """Those that there was nothing left for: they use the reserved CPUs as well."""

    def shared(self, pools: Pools) -> int:
        """The shared pool as it is now."""
        return pools.shared & ~self.taken

    def isolated(self, pools: Pools) -> int:
        """The isolated CPUs that nobody has."""
        return pools.isolated & ~self.taken

    def cpus(self, cache_id: str, pools: Pools) -> int:
        """The CPUs that a container runs on."""
        return self.all_cpus(pools)(cache_id)

    def all_cpus(self, pools: Pools) -> Callable[[str], int]:
        """Give what tells the CPUs of any container: for hundreds of them in one step."""
        shared, reserved = self.shared(pools), pools.reserved

        def cpus(cache_id: str) -> int:
            grant = self.grants[cache_id]
            if grant.system:
                return reserved
            if not grant.shares:
                return grant.exclusive
            return grant.exclusive | shared | (reserved if cache_id in self.late else 0)

        return cpus

    def next_number(self) -> int:
        """The number of a container that comes now."""
        if not self.grants:
            return 0
        return self.grants[next(reversed(self.grants))].number + 1

    def giving(self, cache_id: str, grant: Grant, pools: Pools) -> "State":
        """Give a container something, in place of what it has."""
        former = self.grants.get(cache_id)
        after = replace(
            self,
            grants={**self.grants, cache_id: grant},
            taken=self.taken & ~(former.exclusive if former else 0) | grant.exclusive,
            booked=self.booked + _books(grant) - _books(former),
        )
        if former is None and after.taken == self.taken:
            # It is the last one, and whether it is late changes nothing for the others.
            late = grant.shares and self.booked >= self._room(pools)
            return replace(after, late=self.late | {cache_id}) if late else after
        return after.sorted_out(pools)

    def forgetting(self, cache_id: str, pools: Pools) -> "State":
        """Let a container have nothing."""
        former = self.grants.get(cache_id)
        if former is None:
            return self
        grants = dict(self.grants)
        del grants[cache_id]
        after = replace(
            self,
            grants=grants,
            taken=self.taken & ~former.exclusive,
            booked=self.booked - _books(former),
        )
        return after.sorted_out(pools) if self.late else after

    def _room(self, pools: Pools) -> int:
        """The milli-CPU that the shared pool has."""
        return 1000 * self.shared(pools).bit_count()

    def sorted_out(self, pools: Pools) -> "State":
        """Find out who is late."""
        room, used, late = self._room(pools), 0, set()
        if self.booked >= room:
            for cache_id, grant in self.grants.items():
                if grant.shares and used >= room:
                    late.add(cache_id)
                used += _books(grant)
        return replace(self, late=frozenset(late))


def _books(grant: Grant | None) -> int:
    return grant.part if grant is not None and grant.shares else 0
