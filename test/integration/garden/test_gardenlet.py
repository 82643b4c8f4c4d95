# SPDX-License-Identifier: Apache-2.0
"""The stand-in gardenlet asks and waits as the contract says of the real one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from garden import mirror, ready, shoots
from garden.ground import Ground

from controller import kube, names
from controller.kube import paths

pytestmark = pytest.mark.integration


@pytest.fixture
async def shoot(bare_ground: Ground) -> str:
    """Technical id of a shoot of its own."""
    return await bare_ground.gardenlet.prepare(bare_ground.name())


async def answer(
    ground: Ground, shoot: str, state: str, *, kind: str = "Reconcile", error: str | None = None
) -> None:
    """Answer the latest request as the extension would."""
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    obj = await ground.seed.patch(
        path, {"metadata": {"annotations": {names.OPERATION_ANNOTATION: None}}}
    )
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    status: dict[str, Any] = {
        "lastOperation": {
            "type": kind,
            "state": state,
            "progress": 50,
            "description": "by hand",
            "lastUpdateTime": now,
        },
        "observedGeneration": obj["metadata"]["generation"],
        "lastError": {"description": error, "codes": ["ERR_X"]} if error else None,
    }
    await ground.seed.patch(f"{path}/status", {"status": status})


async def test_asks_in_one_write(bare_ground: Ground, shoot: str) -> None:
    """Spec, operation and timestamp of a deploy arrive together."""
    obj = await bare_ground.gardenlet.deploy(shoot, {"a": 1})

    annotations = obj["metadata"]["annotations"]
    assert obj["spec"] == {"type": names.EXTENSION_TYPE, "providerConfig": {"a": 1}}
    assert annotations[names.OPERATION_ANNOTATION] == "reconcile"
    assert len(annotations[names.TIMESTAMP_ANNOTATION]) == len("2026-01-01T00:00:00.000000000Z")
    assert obj["metadata"]["generation"] == 1


async def test_removes_what_the_owner_removed(bare_ground: Ground, shoot: str) -> None:
    """A key that is gone from the providerConfig is gone from the Extension."""
    await bare_ground.gardenlet.deploy(shoot, {"a": {"b": 1, "c": 2}})
    obj = await bare_ground.gardenlet.deploy(shoot, {"a": {"c": 3}})

    assert obj["spec"]["providerConfig"] == {"a": {"c": 3}}


async def test_waits_for_the_answer_to_its_own_request(bare_ground: Ground, shoot: str) -> None:
    """The success of an earlier request is no answer to the next one."""
    await bare_ground.gardenlet.deploy(shoot)
    await answer(bare_ground, shoot, "Succeeded")
    await bare_ground.gardenlet.wait(shoot)
    asked = await bare_ground.gardenlet.reconcile(shoot)
    await bare_ground.gardenlet.extensions.until(
        (shoot, names.EXTENSION_TYPE),
        lambda obj: obj is not None and mirror.version(obj) >= mirror.version(asked),
    )

    with pytest.raises(mirror.Late, match="not yet picked up"):
        await bare_ground.gardenlet.wait(shoot, timeout=0.3)


async def test_raises_what_the_extension_says(bare_ground: Ground, shoot: str) -> None:
    """An error in answer to the request ends the wait, with description and codes."""
    await bare_ground.gardenlet.deploy(shoot)
    waiting = asyncio.create_task(bare_ground.gardenlet.wait(shoot))
    await answer(bare_ground, shoot, "Error", error="Bad pool")

    with pytest.raises(ready.ExtensionFailed, match="Bad pool") as raised:
        await waiting
    assert raised.value.codes == ("ERR_X",)


async def test_an_old_error_is_no_answer(bare_ground: Ground, shoot: str) -> None:
    """The error of an earlier request does not end the wait for the next one."""
    await bare_ground.gardenlet.deploy(shoot)
    await answer(bare_ground, shoot, "Error", error="Bad pool")
    await bare_ground.gardenlet.deploy(shoot, {"better": True})
    waiting = asyncio.create_task(bare_ground.gardenlet.wait(shoot))
    await answer(bare_ground, shoot, "Succeeded")
    obj = await waiting

    assert obj["status"]["lastOperation"]["state"] == "Succeeded"


async def test_confirms_before_it_deletes(bare_ground: Ground, shoot: str) -> None:
    """The object in deletion carries the confirmation, and the wait ends when it is gone."""
    await bare_ground.gardenlet.deploy(shoot)
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    await bare_ground.seed.patch(path, {"metadata": {"finalizers": ["example.org/held"]}})
    deleting = asyncio.create_task(bare_ground.gardenlet.delete(shoot))
    obj = await bare_ground.gardenlet.extensions.until(
        (shoot, names.EXTENSION_TYPE),
        lambda obj: obj is not None and "deletionTimestamp" in obj["metadata"],
    )
    await bare_ground.seed.patch(path, {"metadata": {"finalizers": None}})
    await deleting

    assert obj is not None
    assert obj["metadata"]["annotations"]["confirmation.gardener.cloud/deletion"] == "true"


async def test_moves_the_state_to_the_other_seed(bare_ground: Ground, shoot: str) -> None:
    """What an extension keeps in status.state is there when it is asked to restore."""
    gardenlet = bare_ground.gardenlet
    await gardenlet.deploy(shoot)
    status = {"status": {"state": {"kept": "yes"}}}
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    await bare_ground.seed.patch(f"{path}/status", status)
    migrating = asyncio.create_task(gardenlet.migrate(shoot))
    await gardenlet.extensions.until(
        (shoot, names.EXTENSION_TYPE),
        lambda obj: (
            ready.missing(obj) != ""
            and (obj or {})["metadata"]["annotations"][names.OPERATION_ANNOTATION] == "migrate"
        ),
    )
    await answer(bare_ground, shoot, "Succeeded", kind="Migrate")
    state = await migrating
    await gardenlet.restore(shoot, state=state, wait=False)
    obj = await bare_ground.seed.get(path)

    assert obj["status"] == {"state": {"kept": "yes"}}
    assert obj["metadata"]["annotations"][names.OPERATION_ANNOTATION] == "wait-for-state"


async def test_tells_by_the_cluster(bare_ground: Ground, shoot: str) -> None:
    """Hibernation, failure and size of a shoot are read from its Cluster."""
    await bare_ground.gardenlet.hibernate(shoot)
    await bare_ground.gardenlet.fail(shoot)
    await bare_ground.gardenlet.change(shoot, size=58000, workers=(shoots.Worker("other"),))
    cluster = await bare_ground.seed.get(paths.cluster(shoot))
    snapshot = cluster["spec"]["shoot"]

    assert snapshot["spec"]["hibernation"]["enabled"] is True
    assert snapshot["status"]["hibernated"] is True
    assert snapshot["status"]["lastOperation"]["state"] == "Failed"
    assert [w["name"] for w in snapshot["spec"]["provider"]["workers"]] == ["other"]
    assert 58000 <= len(str(cluster["spec"])) < 64000


async def test_has_no_patience_with_a_dead_heartbeat(bare_ground: Ground, shoot: str) -> None:
    """Without a Lease an extension's condition counts as unknown."""
    await bare_ground.gardenlet.deploy(shoot)
    time = "2026-01-01T00:00:00Z"
    condition = {
        "type": "SystemComponentsHealthy",
        "status": "True",
        "reason": "HealthCheckSuccessful",
        "message": "All health checks successful",
        "lastTransitionTime": time,
        "lastUpdateTime": time,
    }
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    await bare_ground.seed.patch(f"{path}/status", {"status": {"conditions": [condition]}})
    conditions = await bare_ground.gardenlet.care(shoot, extension_namespace="default")

    found = conditions["SystemComponentsHealthy"]
    assert (found.status, found.reason) == ("Unknown", "ExtensionOutdatedHealthCheckReport")
    assert conditions["EveryNodeReady"].status == "True"


async def test_requires_that_managed_resources_are_gone(bare_ground: Ground, shoot: str) -> None:
    """A shoot with a ManagedResource of no class left is not deleted."""
    resource = {
        "apiVersion": "resources.gardener.cloud/v1alpha1",
        "kind": "ManagedResource",
        "metadata": {"name": "left", "finalizers": ["example.org/held"]},
        "spec": {"secretRefs": []},
    }
    await bare_ground.seed.create(paths.managed_resources(shoot), resource)

    with pytest.raises(mirror.Late, match="left"):
        await bare_ground.gardenlet.delete_shoot(shoot)
    await bare_ground.gardenlet.force_delete(shoot)
    with pytest.raises(kube.NotFound):
        await bare_ground.seed.get(paths.cluster(shoot))
