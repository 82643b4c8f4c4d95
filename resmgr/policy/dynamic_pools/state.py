# SPDX-License-Identifier: Apache-2.0
"""What dynamic-pools remembers: pools with their CPUs and sums, and who is in which.

Sums are kept with the pools, so that a change costs the same however many containers there are.
"""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool: CPUs, sums of its containers in milli-CPU, load in thousandths of a CPU."""

    cpus: int = 0
    count: int = 0
    request: int = 0
    limit: int = 0
    weight: int = 0

    def changed(self, member: "Member", by: int) -> "Pool":
        """Give it with a container more (1) or less (-1); an empty pool has no load."""
        count = self.count + by
        return Pool(
            self.cpus,
            count,
            self.request + by * member.request,
            self.limit + by * member.limit,
            self.weight if count else 0,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One container: the number of its pool, and what it asks for in milli-CPU."""

    pool: int
    request: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Pools by number, containers by cache id; never changed in place."""

    pools: tuple[Pool, ...]
    members: dict[str, Member] = field(default_factory=dict)

    def joining(self, cache_id: str, member: Member) -> "State":
        """Put a container into a pool, and out of the one in which it is."""
        pools = list(self.pools)
        former = self.members.get(cache_id)
        # It comes before it goes, so that a pool is not empty in between.
        pools[member.pool] = pools[member.pool].changed(member, 1)
        if former is not None:
            pools[former.pool] = pools[former.pool].changed(former, -1)
        return State(tuple(pools), {**self.members, cache_id: member})

    def leaving(self, cache_id: str) -> "State":
        """Put a container out of its pool; it has to be in one."""
        members, pools = dict(self.members), list(self.pools)
        former = members.pop(cache_id)
        pools[former.pool] = pools[former.pool].changed(former, -1)
        return State(tuple(pools), members)

    def holding(self, cpus: tuple[int, ...]) -> "State":
        """Give the pools other CPUs."""
        pools = zip(self.pools, cpus, strict=True)
        return replace(self, pools=tuple(replace(pool, cpus=mask) for pool, mask in pools))

    def weighing(self, weights: tuple[int, ...]) -> "State":
        """Give the pools another load; one without containers has none."""
        pools = zip(self.pools, weights, strict=True)
        return replace(
            self,
            pools=tuple(
                replace(pool, weight=weight if pool.count else 0) for pool, weight in pools
            ),
        )
