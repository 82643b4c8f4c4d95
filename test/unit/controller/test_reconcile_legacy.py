# SPDX-License-Identifier: Apache-2.0
"""Objects that the Go extension made leave as ours do, though no watch shows them (MR-3)."""

import pytest
from unit.controller import api_server, objects, stage

from controller import extension, names, observed, queue

GRM = "resources.gardener.cloud/gardener-resource-manager"


@pytest.fixture(autouse=True)
def legacy(scene: stage.Stage) -> None:
    """Have both ManagedResources of the Go extension, held by the resource manager."""
    for path, name in ((stage.NODE, objects.NODE), (stage.MONITORING, objects.MONITORING)):
        raw = objects.managed_resource(name)
        raw["metadata"] |= {
            "labels": {"origin": "gardener"},
            "annotations": {},
            "finalizers": [GRM],
        }
        scene.server.put(path, raw)


async def look(scene: stage.Stage) -> queue.Result:
    """Learn of the Extension and of what has our label, as watches do, and look at it."""
    scene.known.put_extension(extension.parse(scene.extension))
    for path, name in ((stage.NODE, objects.NODE), (stage.MONITORING, objects.MONITORING)):
        key, raw = (objects.NAMESPACE, name), scene.server.get(path)
        if raw is not None and raw["metadata"]["labels"]["origin"] == names.ORIGIN:
            scene.known.put_managed(observed.parse(raw))
        known = scene.known.managed(*key)
        if raw is None and known is not None and known.labels["origin"] == names.ORIGIN:
            scene.known.forget_managed(key)
    return await scene.reconciler(stage.KEY)


async def test_a_deletion_ends_when_they_have_gone(scene: stage.Stage) -> None:
    """What was read of them in the first look is not believed in the second."""
    scene.server.put(stage.CLUSTER, objects.cluster(hibernation=True))
    scene.put(
        deleting=api_server.DELETED_AT, finalizers=(objects.OWN,), last=("Create", "Succeeded")
    )
    first = await look(scene)
    scene.resource_manager()

    second = await look(scene)

    assert isinstance(first, queue.Again)
    assert second is None
    assert scene.server.get(stage.EXTENSION) is None


async def test_a_migration_ends_when_they_have_gone(scene: stage.Stage) -> None:
    """It first waits until keepObjects has been observed."""
    scene.put(operation="migrate", finalizers=(objects.OWN,), last=("Create", "Succeeded"))
    results = []
    for _ in range(3):
        results.append(await look(scene))
        scene.resource_manager()

    assert [type(result) for result in results] == [queue.Again, queue.Again, type(None)]
    assert "finalizers" not in scene.extension["metadata"]
    assert (scene.last["type"], scene.last["state"]) == ("Migrate", "Succeeded")
