# SPDX-License-Identifier: Apache-2.0
"""Health conditions of a running controller, and its silence (Annex B, case 11; HC-1 to HC-4)."""

import pytest
from garden import nodes, refusal, replica, stage

from controller import names

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

SYSTEM, OBSERVABILITY = stage.CONDITIONS


@pytest.fixture(scope="module")
def component_config() -> str:
    """Short periods and thresholds, so that a test need not wait for minutes."""
    return """\
apiVersion: cri-resmgr.extensions.config.gardener.cloud/v1alpha1
kind: Configuration
healthCheck: {syncPeriod: 1s, progressingThreshold: 3s, rolledBackThreshold: 2s}
nodeReport: {period: 5s}
"""


async def test_unhealthy_and_back(running: replica.Replica, seen: stage.Stage) -> None:
    """An unhealthy node part turns one condition False, in one write, and back in another."""
    assert running.pid
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    mark = await seen.marked()

    seen.manager.switch(shoot, unhealthy="2 of 3 pods are not ready")
    bad = await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to be unhealthy")
    seen.manager.reset()
    good = await seen.healthy(shoot)

    assert "2 of 3 pods are not ready" in stage.condition(bad)["message"]
    assert stage.condition(bad)["reason"] == "HealthCheckUnsuccessful"
    assert stage.status(bad, OBSERVABILITY) == "True"
    assert stage.condition(good)["message"] == "All health checks successful"
    writes = [write for write in await seen.writes(mark, shoot) if "secrets" not in write]
    assert writes == [f"patch extensions/status {shoot}/{names.EXTENSION_TYPE}"] * 2


async def test_invalid_object_is_a_configuration_problem(
    running: replica.Replica, seen: stage.Stage
) -> None:
    """What the shoot's API server calls invalid comes with the code for gardenlet."""
    assert running.pid
    shoot = await seen.enabled()
    await seen.healthy(shoot)

    seen.manager.switch(shoot, failing='error during apply of object "x" is invalid: spec')
    bad = await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to be unhealthy")

    assert stage.condition(bad)["codes"] == ["ERR_CONFIGURATION_PROBLEM"]


async def test_long_roll_out(running: replica.Replica, seen: stage.Stage) -> None:
    """A roll-out is Progressing first and False after its threshold."""
    assert running.pid
    shoot = await seen.enabled()
    await seen.healthy(shoot)

    seen.manager.switch(shoot, progressing="1 of 3 pods is new")
    first = await seen.until(shoot, lambda obj: stage.status(obj) != "True", "to roll out")
    late = await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to take too long")

    assert stage.status(first) == "Progressing"
    assert stage.condition(late)["message"] == stage.condition(first)["message"]


async def test_rolled_back_node(running: replica.Replica, seen: stage.Stage) -> None:
    """A node that was rolled back is named with its reason, and counted in a metric (HC-4)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await nodes.add(seen.shoot, nodes.build("n1"), nodes.build("n2"))
    await nodes.publish(seen.shoot, "n1", "active")
    await nodes.publish(seen.shoot, "n2", "rolled-back", "the gate failed")

    bad = await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to name the node")
    count = await running.metric(f'cri_resmgr_extension_rolled_back_nodes{{shoot="{shoot}"}}')
    await nodes.publish(seen.shoot, "n2", "active")
    await seen.healthy(shoot)

    assert stage.condition(bad)["message"] == (
        "1 node is not served by the resource manager: n2 (rolled-back: the gate failed)"
    )
    assert count == 1


async def test_hibernation(running: replica.Replica, seen: stage.Stage) -> None:
    """Hibernation makes both conditions True at once; after it the checks count again."""
    assert running.pid
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, unhealthy="the node is away")
    await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to be unhealthy")

    await seen.gardenlet.change(shoot, hibernation=True, hibernated=True)
    asleep = await seen.healthy(shoot)
    await seen.gardenlet.change(shoot, hibernation=False, hibernated=False)
    await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to be unhealthy again")

    for kind in stage.CONDITIONS:
        assert stage.condition(asleep, kind)["message"] == "Shoot is hibernated"


async def test_lost_resource(running: replica.Replica, seen: stage.Stage) -> None:
    """A shoot whose create was refused says that its ManagedResource is missing (HC-3)."""
    assert running.pid
    shoot = await seen.prepare()

    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.deploy(shoot)
        bad = await seen.until(shoot, lambda obj: stage.status(obj) == "False", "to miss it")
    good = await seen.healthy(shoot)

    assert "does not exist" in stage.condition(bad)["message"]
    assert stage.status(good) == "True"


async def test_silence(running: replica.Replica, seen: stage.Stage) -> None:
    """A restart of the controller writes nothing to a shoot that is as it should be."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    requestor = seen.manager.tokens
    assert requestor is not None
    await requestor.issued((shoot, names.ACCESS_SECRET))
    mark = await seen.marked()

    await running.stop()
    await running.start()
    await seen.fence()

    assert await seen.writes(mark, shoot) == []
