# SPDX-License-Identifier: Apache-2.0
"""A Lease in memory and candidates for it."""

import asyncio
from dataclasses import replace

import pytest
from unit.controller import virtual_time

from controller import kube, leader, leases

AWAY = kube.Unavailable(0, "NoConnection", "cannot reach it")


class Memory:
    """One Lease with optimistic locking; `away` makes every request fail, `slow` take so long."""

    def __init__(self) -> None:
        self.lease: leases.Lease | None = None
        self.away = False
        self.slow = 0.0
        self.requests = 0
        self._version = 0

    async def _request(self) -> None:
        self.requests += 1
        await asyncio.sleep(self.slow)
        if self.away:
            raise AWAY

    def put(self, lease: leases.Lease) -> leases.Lease:
        """Store a Lease as another client would."""
        self._version += 1
        self.lease = replace(lease, version=str(self._version))
        return self.lease

    async def read(self) -> leases.Lease | None:
        """Read it."""
        await self._request()
        return self.lease

    async def create(self, lease: leases.Lease) -> leases.Lease:
        """Create it."""
        await self._request()
        if self.lease is not None:
            raise kube.AlreadyExists(409, "AlreadyExists", "is there")
        return self.put(lease)

    async def replace(self, lease: leases.Lease) -> leases.Lease:
        """Write it."""
        await self._request()
        if self.lease is None:
            raise kube.NotFound(404, "NotFound", "is not there")
        if self.lease.version != lease.version:
            raise kube.Conflict(409, "Conflict", "has changed")
        return self.put(lease)


def candidate(store: leases.Leases, identity: str = "me", seed: int = 1) -> leader.Leader:
    """Make a candidate with the usual timing."""
    clocks = virtual_time.clocks(seed)
    return leader.Leader(store, identity, timing=leader.Timing(), clocks=clocks)


def held_by(holder: str) -> leases.Lease:
    """Make a Lease of somebody, renewed at a time far in the future of nobody's clock."""
    time = "2999-01-01T00:00:00.000000Z"
    return leases.Lease(holder, 15, time, time, 3)


def now() -> float:
    """Give the time on the loop's clock."""
    return asyncio.get_running_loop().time()


async def lost(leading: leader.Leader) -> tuple[str, float]:
    """Hold the Lease until it is lost; give the reason and the time."""
    with pytest.raises(leader.LeadershipLost) as caught:
        await leading.hold()
    return str(caught.value), now()
