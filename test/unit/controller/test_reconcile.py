# SPDX-License-Identifier: Apache-2.0
"""Looks at one Extension on a small API server: what is there afterwards, and what comes next."""

import asyncio
from datetime import timedelta

import pytest
from unit.controller import api_server, objects, stage

from controller import queue

BROKEN = {"configs": {"default": "policy:\n  Actve: x\n"}}


async def test_create(scene: stage.Stage) -> None:
    """Finalizer, both ManagedResources, Succeeded, the annotation gone (case 1)."""
    scene.put(operation="reconcile")

    result = await scene.look()

    metadata, status = scene.extension["metadata"], scene.extension["status"]
    assert result is None
    assert metadata["finalizers"] == [objects.OWN]
    assert metadata["annotations"] == {objects.TIMESTAMP: "2026-08-01T10:00:00.123456789Z"}
    assert (scene.last["type"], scene.last["state"]) == ("Create", "Succeeded")
    assert status["observedGeneration"] == metadata["generation"]
    assert scene.server.get(stage.NODE) is not None
    assert scene.server.get(stage.MONITORING) is not None
    assert len(scene.server.names(stage.SECRETS)) == 2


async def test_a_create_takes_seven_writes(scene: stage.Stage) -> None:
    """Metadata, Processing, two Secrets, two ManagedResources, Succeeded."""
    scene.put(operation="reconcile")

    await scene.look()

    assert len(scene.server.writes()) == 7


async def test_a_reconcile_without_a_change_takes_three_writes(scene: stage.Stage) -> None:
    """Annotation, Processing, Succeeded; the ManagedResources are not touched (case 2)."""
    scene.put(operation="reconcile")
    await scene.look()
    before = [scene.server.get(path) for path in (stage.NODE, stage.MONITORING)]
    first = scene.last["lastUpdateTime"]
    scene.ask("reconcile")
    scene.now += timedelta(seconds=30)
    scene.server.requests.clear()

    await scene.look()

    assert len(scene.server.writes()) == 3
    assert [scene.server.get(path) for path in (stage.NODE, stage.MONITORING)] == before
    assert scene.last["lastUpdateTime"] > first
    assert scene.last["type"] == "Reconcile"


async def test_a_look_without_an_event_takes_one_write(scene: stage.Stage) -> None:
    """The resync writes the status at its end, and nothing else."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.server.requests.clear()
    scene.now += timedelta(hours=1)
    scene.reconciler.settled.add(stage.KEY)

    await scene.look()

    assert [r.path for r in scene.server.writes()] == [f"{stage.EXTENSION}/status"]


async def test_new_operator_configs_reach_a_settled_shoot(scene: stage.Stage) -> None:
    """By a look without an event: another Secret, and the checksum on the ManagedResource."""
    scene.put(operation="reconcile")
    await scene.look()
    before = scene.server.get(stage.NODE)
    scene.configs.accept({"default": "policy:\n  Active: none\n"})
    scene.reconciler.settled.add(stage.KEY)

    await scene.look()

    after = scene.server.get(stage.NODE)
    assert before is not None
    assert after is not None
    assert after["spec"]["secretRefs"] != before["spec"]["secretRefs"]
    assert scene.configs.checksum in after["metadata"]["annotations"].values()


async def test_an_object_that_nobody_knows_yet_is_read(scene: stage.Stage) -> None:
    """The queue may be quicker than the store."""
    scene.put(operation="reconcile")

    await scene.reconciler(stage.KEY)

    assert scene.last["state"] == "Succeeded"


async def test_delete_in_two_phases(scene: stage.Stage) -> None:
    """Clean-up, roll-out, deletion, the end; each look waits in a timer, not in a worker."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.resource_manager()
    scene.server.change(stage.EXTENSION, {"metadata": {"deletionTimestamp": api_server.DELETED_AT}})

    cleaning = await scene.look()
    phase = scene.server.get(stage.NODE)
    still = await scene.look()
    scene.resource_manager()
    removing = await scene.look()
    ended = await scene.look()

    assert phase is not None
    assert phase["metadata"]["annotations"][f"{objects.DOMAIN}/phase"] == "cleanup"
    assert isinstance(cleaning, queue.Again)
    assert isinstance(still, queue.Again)
    assert isinstance(removing, queue.Again)
    assert ended is None
    assert scene.server.get(stage.EXTENSION) is None
    assert scene.server.get(stage.NODE) is None
    assert scene.server.names(stage.SECRETS) == []
    assert scene.known.extension(stage.KEY) is None


async def test_a_clean_up_over_its_limit_names_the_nodes_left(scene: stage.Stage) -> None:
    """In the status and in an Event, and the deletion goes on."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.server.change(
        stage.EXTENSION,
        {
            "metadata": {
                "deletionTimestamp": api_server.DELETED_AT,
                "finalizers": ["a/b", objects.OWN],
            }
        },
    )
    await scene.look()
    scene.resource_manager("unhealthy")
    scene.now += timedelta(minutes=31)
    scene.nodes_left = ("node-a",)

    await scene.look()

    (event,) = scene.server.writes("/events")
    assert "node-a" in event.body["message"]
    assert "node-a" in scene.last["description"]
    assert scene.server.get(stage.NODE) is None


async def test_the_nodes_left_are_asked_for_only_when_the_time_is_over(
    scene: stage.Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs the shoot's API server."""
    asked: list[object] = []

    async def nodes_left(facts: object) -> tuple[str, ...]:
        asked.append(facts)
        return ()

    monkeypatch.setattr(scene.reconciler, "_nodes_left", nodes_left)
    scene.put(operation="reconcile")
    await scene.look()
    scene.server.change(stage.EXTENSION, {"metadata": {"deletionTimestamp": api_server.DELETED_AT}})
    await scene.look()
    await scene.look()

    assert asked == []


async def test_a_deletion_that_our_own_write_is_the_first_to_tell_is_not_missed(
    scene: stage.Stage,
) -> None:
    """The object is deleted in the middle of a reconcile: its own event then looks old."""
    scene.put(operation="reconcile")
    scene.learn()
    look = asyncio.get_running_loop().create_task(scene.reconciler(stage.KEY))
    await scene.server.until(lambda: bool(scene.server.writes("managedresources")))
    scene.server.change(stage.EXTENSION, {"metadata": {"deletionTimestamp": api_server.DELETED_AT}})
    result = await look

    assert scene.last["state"] == "Succeeded"
    assert isinstance(result, queue.Again)


async def test_the_go_extensions_objects_are_found_and_deleted(scene: stage.Stage) -> None:
    """They are in no list of ours (MR-3, case 13)."""
    for path, name in ((stage.NODE, objects.NODE), (stage.MONITORING, objects.MONITORING)):
        legacy = objects.managed_resource(name)
        legacy["metadata"] |= {"labels": {"origin": "gardener"}, "annotations": {}}
        scene.server.put(path, legacy)
    scene.server.put(stage.CLUSTER, objects.cluster(hibernation=True))
    scene.put(
        deleting=api_server.DELETED_AT, finalizers=(objects.OWN,), last=("Create", "Succeeded")
    )

    await scene.reconciler(stage.KEY)

    assert scene.server.get(stage.NODE) is None
    assert scene.server.get(stage.MONITORING) is None


async def test_migrate(scene: stage.Stage) -> None:
    """Objects kept, all finalizers and the annotation gone, later events ignored (case 8)."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.resource_manager()
    scene.server.change(stage.EXTENSION, {"metadata": {"finalizers": ["foreign/x", objects.OWN]}})
    scene.ask("migrate")

    keeping = await scene.look()
    kept = scene.server.get(stage.NODE)
    scene.resource_manager("failing")
    await scene.look()
    ended = await scene.look()
    version = scene.extension["metadata"]["resourceVersion"]
    scene.ask("reconcile")
    later = await scene.look()

    assert isinstance(keeping, queue.Again)
    assert kept is not None
    assert kept["spec"]["keepObjects"] is True
    assert (ended, later) == (None, None)
    assert (scene.last["type"], scene.last["state"]) == ("Migrate", "Succeeded")
    assert not scene.extension["metadata"].get("finalizers")
    assert int(scene.extension["metadata"]["resourceVersion"]) == int(version) + 1


async def test_restore(scene: stage.Stage) -> None:
    """As reconcile; the annotation goes after Succeeded (case 7)."""
    scene.put(operation="restore", status={"state": {"any": "thing"}})

    await scene.look()

    assert (scene.last["type"], scene.last["state"]) == ("Restore", "Succeeded")
    assert objects.ANNOTATION not in scene.extension["metadata"]["annotations"]
    assert scene.extension["status"]["state"] == {"any": "thing"}


async def test_a_failed_restore_keeps_its_annotation(scene: stage.Stage) -> None:
    """So that the next try takes the same route (2.4)."""
    scene.put(operation="restore")
    scene.server.refuse("POST", "managedresources", 403)

    await scene.look()

    assert scene.extension["metadata"]["annotations"][objects.ANNOTATION] == "restore"
    assert (scene.last["type"], scene.last["state"]) == ("Restore", "Error")


async def test_warnings_about_the_provider_config_are_counted(scene: stage.Stage) -> None:
    """For the metrics."""
    config = {"configs": {"group.gold": "policy:\n  Active: none\n"}}
    scene.put(operation="reconcile", provider_config=config)

    await scene.look()

    assert scene.warnings == {objects.NAMESPACE: 1}


async def test_foreign_objects_are_not_touched(scene: stage.Stage) -> None:
    """Not even their Cluster is read (EXT-2)."""
    scene.put(operation="reconcile")
    scene.server.change(stage.EXTENSION, {"spec": {"class": "seed"}})

    result = await scene.look()

    assert result is None
    assert scene.server.requests == []


@pytest.mark.parametrize(
    "asked", [{"operation": "reconcile"}, {"deleting": api_server.DELETED_AT}], ids=str
)
async def test_what_is_asked_for_while_a_look_without_an_event_is_queued_is_done(
    scene: stage.Stage, asked: dict[str, str]
) -> None:
    """Both stand in the queue as one key; the request must not be taken for the quiet look."""
    scene.put(finalizers=(objects.OWN,), last=("Reconcile", "Succeeded"), **asked)
    scene.reconciler.settled.add(stage.KEY)

    await scene.look()

    assert scene.server.writes(stage.EXTENSION) != []


async def test_further_looks_at_a_deletion_read_no_cluster(scene: stage.Stage) -> None:
    """While a removal is under way the watch tells of changes of a Cluster, which are large."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.resource_manager()
    deleted = {"metadata": {"deletionTimestamp": "2026-08-01T12:00:00Z"}}
    scene.server.change(stage.EXTENSION, deleted)
    await scene.look()
    read = [one for one in scene.server.requests if "/clusters/" in one.path]

    await scene.look()

    assert [one for one in scene.server.requests if "/clusters/" in one.path] == read


async def test_a_cluster_that_has_changed_is_read_again(scene: stage.Stage) -> None:
    """What was read before counts no more once the watch has told of a change."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.resource_manager()
    deleted = {"metadata": {"deletionTimestamp": "2026-08-01T12:00:00Z"}}
    scene.server.change(stage.EXTENSION, deleted)
    await scene.look()
    scene.server.change(stage.CLUSTER, {"spec": objects.cluster(hibernation=True)["spec"]})
    scene.known.outdate_cluster(objects.NAMESPACE)

    await scene.look()

    managed = scene.server.get(stage.NODE)
    assert managed is None or "deletionTimestamp" in managed["metadata"]
