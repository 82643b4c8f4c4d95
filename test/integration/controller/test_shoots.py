# SPDX-License-Identifier: Apache-2.0
"""Shoots that are not as one expects, and objects of others (Annex B, cases 10 and 14)."""

from typing import Any

import pytest
from garden import replica, shoots
from garden.stage import MONITORING, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(autouse=True)
def _controller(running: replica.Replica) -> None:
    assert running.pid


async def test_failed_shoot_is_left_alone(seen: Stage) -> None:
    """Nothing is written for a shoot that gardenlet has given up, not even a status (2.6)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await seen.gardenlet.fail(shoot)
    mark = await seen.marked()

    await seen.gardenlet.reconcile(shoot)
    await seen.fence()

    assert await seen.writes(mark, shoot) == []


async def test_failed_shoot_goes_on(seen: Stage) -> None:
    """Once the shoot is tried again, what was asked for meanwhile is done (2.6)."""
    shoot = await seen.enabled()
    await seen.gardenlet.fail(shoot)
    await seen.gardenlet.reconcile(shoot)

    await seen.gardenlet.change(shoot, state="Processing")

    assert operation(await seen.gardenlet.wait(shoot)) == ("Reconcile", "Succeeded")


async def test_deletion_of_a_failed_shoot_is_not_lost(seen: Stage) -> None:
    """A deletion that came while the shoot was failed is done when it is tried again (2.6)."""
    shoot = await seen.enabled()
    await seen.gardenlet.fail(shoot)
    await seen.gardenlet.delete(shoot, wait=False)
    await seen.fence()
    before = operation(await seen.extension(shoot))

    await seen.gardenlet.change(shoot, state="Processing")
    await seen.gardenlet.wait_gone(shoot)

    assert before == ("Create", "Succeeded")
    assert await seen.left(shoot) == set()


@pytest.mark.parametrize("how", ["missing", "empty", "another version", "no shoot"])
async def test_cluster_that_cannot_be_read(seen: Stage, running: replica.Replica, how: str) -> None:
    """A Cluster that is missing or half written is waited for; then the create goes on (3)."""
    shoot = await seen.prepare(cluster=how != "missing", empty=how == "empty")
    if how == "another version":
        await break_cluster(seen, shoot, {"apiVersion": "core.gardener.cloud/v9"})
    if how == "no shoot":
        await break_cluster(seen, shoot, {"spec": {"provider": 1}})
    await seen.gardenlet.deploy(shoot)
    await running.logged(count=3, namespace=shoot, outcome="retry")
    before = await seen.extension(shoot)

    await seen.gardenlet.change(shoot, empty=False)
    await seen.gardenlet.wait(shoot)

    assert "status" not in before
    assert await seen.managed(shoot) is not None


async def break_cluster(seen: Stage, shoot: str, patch: dict[str, Any]) -> None:
    """Change the shoot in a Cluster to what nobody can read."""
    await seen.seed.patch(paths.cluster(shoot), {"spec": {"shoot": patch}})


async def test_cluster_that_comes_late_is_noticed_at_once(
    seen: Stage, running: replica.Replica
) -> None:
    """The Cluster's own event ends the wait, not the back-off that has grown meanwhile (3)."""
    shoot = await seen.prepare(cluster=False)
    await seen.gardenlet.deploy(shoot)
    await running.logged(count=6, namespace=shoot, outcome="retry")

    await seen.gardenlet.change(shoot)
    await seen.gardenlet.wait(shoot)

    lines = await running.logged(namespace=shoot, outcome="retry")
    assert len(lines) in {6, 7}


async def test_workerless(seen: Stage) -> None:
    """Without workers the create succeeds and makes nothing (CLU-4)."""
    shoot = await seen.enabled(workers=())

    obj = await seen.extension(shoot)

    assert operation(obj) == ("Create", "Succeeded")
    assert await seen.left(shoot) == {names.EXTENSION_TYPE}


async def test_workers_come_and_go(seen: Stage) -> None:
    """The ManagedResources follow the pools at each reconcile (CLU-4)."""
    shoot = await seen.enabled(workers=())
    await seen.gardenlet.change(shoot, workers=(shoots.Worker(),))
    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)
    between = await seen.managed(shoot)

    await seen.gardenlet.change(shoot, workers=())
    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)
    for name in (names.NODE_MANAGED_RESOURCE, MONITORING):
        await seen.manager.resources.gone((shoot, name))

    assert between is not None
    assert await seen.secrets(shoot) == set()


async def test_hibernated(seen: Stage) -> None:
    """A create in a shoot that sleeps writes what is wanted and waits for nobody (CLU-1)."""
    shoot = await seen.prepare(hibernation=True, hibernated=True)
    seen.manager.switch(shoot, down=True)

    obj = await seen.gardenlet.enable(shoot)
    resource = await seen.managed(shoot)

    assert "wakes up" in obj["status"]["lastOperation"]["description"]
    assert resource is not None
    assert "status" not in resource


async def test_hibernated_is_healthy(seen: Stage) -> None:
    """A shoot that sleeps is called healthy with the word why (CLU-1, 5.2)."""
    shoot = await seen.prepare(hibernation=True, hibernated=True)
    seen.manager.switch(shoot, down=True)
    await seen.gardenlet.enable(shoot)

    obj = await seen.healthy(shoot)

    messages = {condition["message"] for condition in obj["status"]["conditions"]}
    assert messages == {"Shoot is hibernated"}


async def test_large_cluster(seen: Stage) -> None:
    """A Cluster with a cloud profile of real size is read as any other (58 kB and more)."""
    shoot = await seen.enabled(size=400_000)

    assert await seen.managed(shoot) is not None


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "other-extension"},
        {"extension_class": "seed", "name": "seed-cri-resmgr"},
        {"extension_class": "garden", "name": "garden-cri-resmgr"},
    ],
    ids=["type", "class seed", "class garden"],
)
async def test_objects_of_others(seen: Stage, what: dict[str, Any]) -> None:
    """Objects of another type or class cost not one request (EXT-2)."""
    shoot = await seen.prepare()
    mark = await seen.marked()

    await seen.gardenlet.deploy(shoot, **what)
    await seen.fence()

    assert await seen.requests(mark, shoot) == []


async def test_our_object_may_have_another_name(seen: Stage) -> None:
    """It is the type that counts, not the name (2.1)."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, name="my-name")

    obj = await seen.gardenlet.wait(shoot, name="my-name")

    assert operation(obj) == ("Create", "Succeeded")


async def test_class_shoot_may_be_said(seen: Stage) -> None:
    """An object of class shoot is the same as one without a class (EXT-2)."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, extension_class="shoot")

    assert operation(await seen.gardenlet.wait(shoot)) == ("Create", "Succeeded")
