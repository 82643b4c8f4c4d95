# SPDX-License-Identifier: Apache-2.0
"""Deletions that hang hold back nobody, ask for nothing, and end (Annex B, cases 9 and 15)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from garden import ground, nodes, replica
from garden.stage import NODE, Stage, operation

from controller import names, node_report
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

FEW_WORKERS = ("--max-concurrent-reconciles=1",)
IMPATIENT = """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
cleanup: {timeout: 2s}
nodeReport: {period: 5s}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def impatient(field: ground.Ground) -> AsyncIterator[replica.Replica]:
    """A controller with one worker that gives a clean-up two seconds."""
    async with replica.Replica(field.kubeconfig, config=IMPATIENT, flags=FEW_WORKERS) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def single(field: ground.Ground) -> AsyncIterator[replica.Replica]:
    """A controller with one worker."""
    async with replica.Replica(field.kubeconfig, flags=FEW_WORKERS) as one:
        yield one


async def test_deletions_that_hang_hold_back_no_other(seen: Stage, single: replica.Replica) -> None:
    """With a single worker, others go on while some wait for nodes and resource managers (2.6)."""
    hanging = [await seen.enabled() for _ in range(3)]
    for shoot in hanging:
        await seen.healthy(shoot)
        seen.manager.switch(shoot, NODE, progressing="0 of 3 pods are updated")
        await seen.gardenlet.delete(shoot, wait=False)
    asleep = await seen.enabled()
    await seen.healthy(asleep)
    await seen.gardenlet.hibernate(asleep)
    seen.manager.switch(asleep, down=True)
    await seen.gardenlet.delete(asleep, wait=False)
    for shoot in (*hanging, asleep):
        await seen.until_state(shoot, "Delete", "Processing")

    await seen.gardenlet.disable(await seen.enabled())

    for shoot in (*hanging, asleep):
        assert operation(await seen.extension(shoot)) == ("Delete", "Processing")
    assert single.pid


async def test_waiting_deletions_ask_for_nothing(seen: Stage, single: replica.Replica) -> None:
    """A deletion that waits is woken by events and does not ask again and again (2.6)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, NODE, progressing="0 of 3 pods are updated")
    await seen.gardenlet.delete(shoot, wait=False)
    await seen.until(
        shoot, lambda obj: "0 of 3" in obj["status"]["lastOperation"]["description"], "to wait"
    )
    mark = await seen.marked()

    for _ in range(3):
        other = await seen.enabled()
        await seen.gardenlet.enable(other)

    assert single.pid
    assert await seen.requests(mark, shoot) == []


async def test_clean_up_that_never_ends(seen: Stage, impatient: replica.Replica) -> None:
    """After its time the deletion goes on, and an Event names the nodes that are left (6.6)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await nodes.add(seen.shoot, nodes.build("node-1"), nodes.build("node-2"))
    await nodes.publish(seen.shoot, "node-1", "active")
    # The controller asks for a token when it reads nodes for the first time; this is sooner.
    await node_report.ensure_access(seen.seed, shoot)
    assert seen.manager.tokens is not None
    await seen.manager.tokens.issued((shoot, names.ACCESS_SECRET))
    seen.manager.switch(shoot, NODE, unhealthy="1 of 2 pods is not ready")

    await seen.gardenlet.delete(shoot)

    events = (await seen.seed.get(paths.events(shoot)))["items"]
    (event,) = [each for each in events if each["reason"] == "CleanupIncomplete"]
    assert impatient.pid
    assert "node-1" in event["message"]
    assert "node-2" not in event["message"]
    assert event["involvedObject"]["name"] == names.EXTENSION_TYPE
    assert await seen.left(shoot) == set()
