# SPDX-License-Identifier: Apache-2.0
"""Leader election and heartbeat on a real API server, with no rights but those of the chart."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from garden import ground, install

from controller import heartbeat, kube, leader, leases, names, waiting
from controller.kube import connection, paths

pytestmark = pytest.mark.integration

TIMING = leader.Timing(lease=3.0, renew=2.0, retry=0.5)
"""Short, so that a crash of the leader does not take a quarter of a minute."""

LONG = leader.Timing(lease=3600.0, renew=2.0, retry=0.5)
"""So long that whoever leads after a while has not waited for its end."""


@pytest.fixture
async def client(
    bare_ground: ground.Ground, controller_kubeconfig: Path
) -> AsyncIterator[kube.Client]:
    """A client with the rights of the chart; the ground removes the Leases at the end."""
    del bare_ground
    there = connection.load(controller_kubeconfig, {})
    async with kube.Client(there, clock=time.monotonic) as opened:
        yield opened


def clocks() -> waiting.Clocks:
    """Give the system's clocks."""
    return waiting.Clocks(
        asyncio.get_running_loop().time,
        lambda: datetime.now(UTC),
        random.Random(1),  # noqa: S311 - no secret
    )


def candidate(client: kube.Client, identity: str, timing: leader.Timing = TIMING) -> leader.Leader:
    """Make a candidate for the leader Lease."""
    lease = leases.ApiLease(client, install.NAMESPACE, names.LEADER_ELECTION_LEASE)
    return leader.Leader(lease, identity, timing=timing, clocks=clocks())


async def the_lease(client: kube.Client) -> leases.Lease:
    """Read the leader Lease."""
    found = await leases.ApiLease(client, install.NAMESPACE, names.LEADER_ELECTION_LEASE).read()
    assert found is not None
    return found


async def test_first_leader(client: kube.Client) -> None:
    """The first candidate creates the Lease, in the form in which other tools show it."""
    await candidate(client, "one").acquire()

    path = paths.lease(install.NAMESPACE, names.LEADER_ELECTION_LEASE)
    spec = (await client.get(path))["spec"]
    assert spec["holderIdentity"] == "one"
    assert spec["leaseDurationSeconds"] == 3
    assert spec["leaseTransitions"] == 0
    assert spec["renewTime"] == spec["acquireTime"]


async def test_hand_over(client: kube.Client) -> None:
    """A leader that ends gives the Lease back, and the next one takes it without its duration."""
    one, other = candidate(client, "one", LONG), candidate(client, "other", LONG)
    await one.acquire()
    waits = asyncio.ensure_future(other.acquire())

    await one.release()

    assert (await the_lease(client)).holder in {"", "other"}
    async with asyncio.timeout(60):
        await waits
    found = await the_lease(client)
    assert (found.holder, found.transitions) == ("other", 1)


async def test_crash(client: kube.Client) -> None:
    """A leader that just stops is replaced once its Lease has run out, and not before."""
    one, other = candidate(client, "one"), candidate(client, "other")
    await one.acquire()
    began = asyncio.get_running_loop().time()

    async with asyncio.timeout(60):
        await other.acquire()

    assert asyncio.get_running_loop().time() - began >= TIMING.lease
    assert (await the_lease(client)).holder == "other"


async def test_leader_that_wakes_up_late(client: kube.Client) -> None:
    """A leader whose Lease was taken meanwhile notices and does not take it back."""
    one, other = candidate(client, "one"), candidate(client, "other")
    await one.acquire()
    await other.acquire()

    with pytest.raises(leader.LeadershipLost):
        await one.hold()
    await one.release()

    assert (await the_lease(client)).holder == "other"


async def test_race(client: kube.Client) -> None:
    """Of many candidates at the same moment exactly one leads."""
    candidates = [candidate(client, str(number)) for number in range(10)]
    tasks = [asyncio.ensure_future(one.acquire()) for one in candidates]

    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)

    assert len(done) == 1
    assert sum(one.leading for one in candidates) == 1


async def test_heartbeat(client: kube.Client) -> None:
    """The heartbeat Lease is created, renewed, and never goes back in time (5.3)."""
    lease = leases.ApiLease(client, install.NAMESPACE, names.HEARTBEAT_LEASE)
    beat = heartbeat.Heartbeat(lease, names.EXTENSION_NAME, now=clocks().now)

    assert await beat.beat()
    first = await lease.read()
    assert await beat.beat()
    second = await lease.read()

    assert first is not None
    assert second is not None
    assert (second.holder, second.duration) == (names.EXTENSION_NAME, 30)
    assert first.renew_time < second.renew_time


async def test_no_other_lease(client: kube.Client) -> None:
    """The rights of the chart do not reach other Leases of the namespace."""
    with pytest.raises(kube.Forbidden):
        await leases.ApiLease(client, install.NAMESPACE, "somebody-elses").read()
