# SPDX-License-Identifier: Apache-2.0
"""Two replicas of the controller: one works, the other takes over (Annex B, case 12)."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from garden import ground, install, mirror, replica
from garden.stage import NODE, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

SHORT = (
    "--leader-election-lease-duration=3s",
    "--leader-election-renew-deadline=2s",
    "--leader-election-retry-period=500ms",
    "--heartbeat-renew-interval-seconds=1",
)
LEADING = f'leader_election_master_status{{name="{names.LEADER_ELECTION_LEASE}"}}'
LEASES = paths.leases(install.NAMESPACE)


@pytest_asyncio.fixture(loop_scope="module")
async def pair(field: ground.Ground) -> AsyncIterator[tuple[replica.Replica, replica.Replica]]:
    """A leader, and one that stands by."""
    async with AsyncExitStack() as stack:
        leader = replica.Replica(field.kubeconfig, flags=SHORT)
        await stack.enter_async_context(leader)
        await leader.logged(msg="leading")
        other = replica.Replica(field.kubeconfig, flags=SHORT)
        await stack.enter_async_context(other)
        yield leader, other


Pair = tuple[replica.Replica, replica.Replica]


async def renewals(seen: Stage, count: int) -> list[str]:
    """Wait for so many renewals of the heartbeat and give their times."""
    times: list[str] = []
    done = asyncio.Event()

    def listen(key: tuple[str, str], obj: dict[str, object] | None) -> None:
        if key[1] == names.HEARTBEAT_LEASE and isinstance(obj, dict):
            times.append(str(obj["spec"]["renewTime"]))  # type: ignore[index]
            if len(times) >= count:
                done.set()

    async with mirror.Mirror(seen.seed, LEASES) as leases:
        leases.listen(listen)
        await asyncio.wait_for(done.wait(), 30.0)
    return times


async def test_one_leads(pair: Pair) -> None:
    """Both are ready, one leads, and each says so by a metric (5.4, 5.5)."""
    leader, other = pair

    assert await leader.metric(LEADING) == 1
    assert await other.metric(LEADING) == 0
    for each in pair:
        assert (await each.page("/readyz", each.health_port))[0] == 200
        assert (await each.page("/healthz", each.health_port))[0] == 200


async def test_no_double_work(seen: Stage, pair: Pair) -> None:
    """With two replicas a create costs no more writes than with one."""
    assert pair[1].pid
    mark = await seen.marked()
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await seen.fence()

    writes = Counter(await seen.writes(mark, shoot))

    assert writes.total() == 8
    assert {line for line in writes if line.startswith("create")} == {
        line for line, count in writes.items() if count == 1
    } - {f"patch extensions {shoot}/{names.EXTENSION_TYPE}"}


async def test_hand_over(seen: Stage, pair: Pair) -> None:
    """A leader that is told to stop hands over at once and ends with status 0 (5.5)."""
    leader, other = pair
    shoot = await seen.enabled()

    status = await leader.stop()
    await other.logged(msg="leading")
    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    lease = await seen.seed.get(paths.lease(install.NAMESPACE, names.LEADER_ELECTION_LEASE))
    assert status == 0
    assert lease["spec"]["leaseTransitions"] >= 1


async def test_crash(seen: Stage, pair: Pair) -> None:
    """What a crashed leader has begun, in many shoots, the other one ends; all is made once."""
    leader, other = pair
    mark = await seen.marked()
    shoots = [await seen.prepare() for _ in range(20)]
    for shoot in shoots:
        await seen.gardenlet.deploy(shoot)
    await seen.asked(mark)

    await leader.kill()
    for shoot in shoots:
        await seen.gardenlet.wait(shoot)

    requests = [each for each in await seen.requests(mark) if each.code == 201]
    made = Counter(
        (each.resource, each.namespace, each.name)
        for each in requests
        if each.resource in {"secrets", "managedresources"}
    )
    assert other.pid
    assert set(made.values()) == {1}
    for shoot in shoots:
        found = await seen.secrets(shoot)
        assert len([name for name in found if name.startswith("managedresource-")]) == 2


async def test_deletion_goes_on_after_a_crash(seen: Stage, pair: Pair) -> None:
    """A deletion that waits for the nodes is taken over too."""
    leader, _ = pair
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, NODE, progressing="0 of 3 pods are updated")
    await seen.gardenlet.delete(shoot, wait=False)
    await seen.until_state(shoot, "Delete", "Processing")

    await leader.kill()
    seen.manager.reset()
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.left(shoot) == set()


async def test_a_leader_that_was_frozen_ends(seen: Stage, pair: Pair) -> None:
    """When it comes to itself it finds the Lease taken, writes nothing and ends with an error."""
    leader, other = pair
    shoot = await seen.enabled()
    os.kill(leader.pid, signal.SIGSTOP)
    await other.logged(msg="leading")
    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    os.kill(leader.pid, signal.SIGCONT)
    status = await leader.ended()

    (lost,) = [line for line in leader.lines() if line["level"] == "error"]
    assert status == 1
    assert "cannot lead any longer" in lost["msg"]
    assert operation(await seen.extension(shoot)) == ("Reconcile", "Succeeded")


async def test_heartbeat(seen: Stage, pair: Pair) -> None:
    """The Lease that gardenlet looks at is renewed in the extension's own namespace (5.3)."""
    assert pair[0].pid
    times = await renewals(seen, 3)
    lease = await seen.seed.get(paths.lease(install.NAMESPACE, names.HEARTBEAT_LEASE))

    assert times == sorted(set(times))
    assert lease["spec"]["holderIdentity"] == "gardener-extension-cri-resmgr"
    assert lease["spec"]["leaseDurationSeconds"] == 1


async def test_care_is_content(seen: Stage, pair: Pair) -> None:
    """By conditions and heartbeat gardenlet's care takes the shoot for healthy (5.1, 5.3)."""
    assert pair[0].pid
    shoot = await seen.enabled()
    await seen.healthy(shoot)

    conditions = await seen.gardenlet.care(shoot, extension_namespace=install.NAMESPACE)

    assert {condition.status for condition in conditions.values()} == {"True"}
