# SPDX-License-Identifier: Apache-2.0
"""Looks at an Extension that do not succeed: what is said, where, and what comes next."""

import asyncio
from datetime import timedelta

import pytest
from unit.controller import objects, stage

from controller import queue

BROKEN = {"configs": {"default": "policy:\n  Actve: x\n"}}


async def test_a_broken_provider_config_is_an_error_of_the_owner(scene: stage.Stage) -> None:
    """Codes, paths, observedGeneration; the ManagedResource of before stays (case 5)."""
    scene.put(operation="reconcile")
    await scene.look()
    before = scene.server.get(stage.NODE)
    scene.server.change(stage.EXTENSION, {"spec": {"providerConfig": BROKEN}})
    scene.ask("reconcile")

    result = await scene.look()

    status = scene.extension["status"]
    assert result is None
    assert scene.last["state"] == "Error"
    assert status["lastError"]["codes"] == ["ERR_CONFIGURATION_PROBLEM"]
    assert "configs.default.policy.Actve" in status["lastError"]["description"]
    assert status["observedGeneration"] == scene.extension["metadata"]["generation"]
    assert objects.ANNOTATION not in scene.extension["metadata"]["annotations"]
    assert scene.server.get(stage.NODE) == before


async def test_a_success_clears_the_error(scene: stage.Stage) -> None:
    """It is what gardenlet looks at first (2.4)."""
    scene.put(operation="reconcile", provider_config=BROKEN)
    await scene.look()
    failed = "lastError" in scene.extension["status"]
    scene.server.change(stage.EXTENSION, {"spec": {"providerConfig": None}})
    scene.ask("reconcile")

    await scene.look()

    assert failed
    assert "lastError" not in scene.extension["status"]
    assert scene.last["state"] == "Succeeded"


async def test_a_refused_write_is_an_error_in_the_status_and_tried_again(
    scene: stage.Stage,
) -> None:
    """Without a code: the owner cannot correct it, so gardenlet must go on trying (2.2)."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "managedresources", 403, message="quota")

    result = await scene.look()

    error = scene.extension["status"]["lastError"]
    assert isinstance(result, queue.Failed)
    assert error["description"].startswith("Cannot post")
    assert "quota" in error["description"]
    assert "codes" not in error
    assert scene.last["state"] == "Error"
    assert scene.last["description"].startswith("cannot post")


async def test_an_operation_that_failed_is_taken_up_again(scene: stage.Stage) -> None:
    """The next look goes on with the same operation and ends it (case 6)."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "managedresources", 403)
    await scene.look()

    result = await scene.look()

    assert result is None
    assert (scene.last["type"], scene.last["state"]) == ("Create", "Succeeded")
    assert "lastError" not in scene.extension["status"]


async def test_the_same_error_is_written_once(scene: stage.Stage) -> None:
    """A back-off over hours does not write each time what is known."""
    scene.put(finalizers=(objects.OWN,), last=("Create", "Error"))
    scene.server.refuse("PATCH", f"{objects.NAME}/status", 422, message="no", times=1)
    await scene.look()
    written = scene.last
    scene.server.requests.clear()
    scene.server.refuse("PATCH", f"{objects.NAME}/status", 422, message="no", times=1)
    scene.now += timedelta(minutes=5)

    await scene.look()

    assert scene.last == written
    assert len(scene.server.writes()) == 1


async def test_a_server_that_is_away_is_not_written_to(scene: stage.Stage) -> None:
    """It could not take the error either; the object is tried again."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "secrets", 503)

    result = await scene.look()

    assert isinstance(result, queue.Failed)
    assert scene.last["state"] == "Processing"


async def test_a_busy_server_says_when_to_come_again(scene: stage.Stage) -> None:
    """Its Retry-After is the least pause."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "secrets", 429, headers={"Retry-After": "9"})

    result = await scene.look()

    assert result == queue.Failed(at_least=9.0)


async def test_after_a_conflict_the_object_is_read_and_tried_again(scene: stage.Stage) -> None:
    """Somebody has changed it since; their change stays, and no error is written (EXT-3)."""
    scene.put(operation="reconcile")
    scene.learn()
    scene.server.change(stage.EXTENSION, {"metadata": {"finalizers": ["foreign/x"]}})

    first = await scene.reconciler(stage.KEY)
    second = await scene.reconciler(stage.KEY)

    assert isinstance(first, queue.Again)
    assert second is None
    assert scene.extension["metadata"]["finalizers"] == ["foreign/x", objects.OWN]
    assert "lastError" not in scene.extension["status"]


async def test_an_object_that_has_gone_is_forgotten(scene: stage.Stage) -> None:
    """Nothing to do, nothing to try again."""
    scene.put(operation="reconcile")
    scene.learn()
    scene.server.remove(stage.EXTENSION)

    result = await scene.reconciler(stage.KEY)

    assert result is None
    assert scene.known.extension(stage.KEY) is None


async def test_an_object_that_goes_during_a_conflict_is_forgotten(scene: stage.Stage) -> None:
    """Reading it anew finds nothing."""
    scene.put(operation="reconcile")
    scene.learn()
    scene.server.remove(stage.EXTENSION)
    scene.server.refuse("PATCH", stage.EXTENSION, 409, reason="Conflict")

    result = await scene.reconciler(stage.KEY)

    assert result is None
    assert scene.known.extension(stage.KEY) is None


async def test_something_else_that_is_missing_is_an_error_like_any_other(
    scene: stage.Stage,
) -> None:
    """Not found may be said of another object or kind; the Extension is still there."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "managedresources", 404, reason="NotFound")

    result = await scene.look()

    assert isinstance(result, queue.Failed)
    assert scene.known.extension(stage.KEY) is not None
    assert scene.last["state"] == "Error"


async def test_without_a_cluster_a_create_is_tried_again(scene: stage.Stage) -> None:
    """An Extension may arrive before its Cluster; nothing is written meanwhile."""
    scene.server.remove(stage.CLUSTER)
    scene.put(operation="reconcile")

    result = await scene.look()

    assert isinstance(result, queue.Failed)
    assert scene.server.writes() == []


async def test_a_half_written_cluster_is_tried_again(scene: stage.Stage) -> None:
    """Never a crash, never a wrong guess."""
    scene.server.change(stage.CLUSTER, {"spec": {"shoot": {"spec": None}}})
    scene.put(operation="reconcile")

    result = await scene.look()

    assert isinstance(result, queue.Failed)
    assert scene.server.writes() == []


async def test_a_fault_of_ours_stops_only_this_object(
    scene: stage.Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged and tried again."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scene.reconciler, "_warnings", broken)
    scene.put(operation="reconcile")

    result = await scene.look()

    assert isinstance(result, queue.Failed)


async def test_cancelling_is_not_swallowed(scene: stage.Stage) -> None:
    """The process ends when it is told to."""
    scene.put(operation="reconcile")
    scene.learn()
    task = asyncio.get_running_loop().create_task(scene.reconciler(stage.KEY))
    await scene.server.until(lambda: bool(scene.server.requests))
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_event_that_is_refused_stops_nothing(scene: stage.Stage) -> None:
    """It only repeats what the status says."""
    scene.put(operation="reconcile", provider_config=BROKEN)
    scene.server.refuse("POST", "/events", 403)

    result = await scene.look()

    assert result is None
    assert scene.extension["status"]["lastError"]["codes"] == ["ERR_CONFIGURATION_PROBLEM"]


async def test_a_huge_provider_config_is_refused_like_any_other(scene: stage.Stage) -> None:
    """5 MB of text: an error of the owner, and nothing is applied."""
    config = {"configs": {"default": "x" * 5_000_000}}
    scene.put(operation="reconcile", provider_config=config)

    await scene.look()

    assert scene.extension["status"]["lastError"]["codes"] == ["ERR_CONFIGURATION_PROBLEM"]
    assert len(scene.last["description"]) < 4000
    assert scene.server.get(stage.NODE) is None


async def test_what_stays_in_the_way_is_not_tried_without_a_pause(scene: stage.Stage) -> None:
    """A Secret of our name that cannot go, for a finalizer of somebody: each try backs off more."""
    scene.put(operation="reconcile")
    scene.server.refuse("POST", "secrets", 409, reason="AlreadyExists", times=4)
    scene.server.refuse("GET", "secrets", 200, times=4)
    scene.server.refuse("DELETE", "secrets", 200, times=4)

    assert isinstance(await scene.look(), queue.Failed)
    assert isinstance(await scene.look(), queue.Failed)


async def test_an_unbuildable_clean_up_ends_with_the_time_for_it(scene: stage.Stage) -> None:
    """Until then it is tried again with an error; then the deletion goes on without it."""
    scene.put(operation="reconcile")
    await scene.look()
    scene.resource_manager()
    raw = objects.cluster(pools=({"name": "p", "machine": {"architecture": "s390x"}},))
    scene.server.change(stage.CLUSTER, {"spec": raw["spec"]})
    scene.server.change(
        stage.EXTENSION, {"metadata": {"deletionTimestamp": "2026-08-01T12:00:00Z"}}
    )

    early = await scene.look()
    scene.now += timedelta(minutes=31)
    late = await scene.look()

    assert isinstance(early, queue.Failed)
    assert isinstance(late, queue.Again)
    managed = scene.server.get(stage.NODE)
    assert managed is None or "deletionTimestamp" in managed["metadata"]
