# SPDX-License-Identifier: Apache-2.0
"""Steps of plans as requests: exactly what is sent, and what is left alone."""

from datetime import timedelta

import pytest
from unit.controller import api_server, objects, stage

from controller import cluster, extension, kube, managedresource, observed
from controller.decide import plan
from controller.extension import OperationState as State
from controller.extension import OperationType as Type
from controller.kube import paths
from resmgr.config import provider

PROCESSING = plan.WriteStatus(Type.RECONCILE, State.PROCESSING, 1, "begun")
SUCCEEDED = plan.WriteStatus(Type.RECONCILE, State.SUCCEEDED, 100, "done")
ERROR = plan.WriteStatus(Type.RECONCILE, State.ERROR, 50, "cannot do it: no", ("CODE",))


async def run(scene: stage.Stage, *steps: plan.Step, **world: object) -> None:
    """Carry steps out on the Extension as it is on the server."""
    await scene.executor.run(
        plan.Plan("test", steps),
        extension.parse(scene.extension),
        cluster.parse(objects.cluster()),
        observed.World(**world),  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def subject(scene: stage.Stage) -> None:
    """Have an Extension that was asked to reconcile."""
    scene.put(
        operation="reconcile",
        finalizers=("foreign/x",),
        status={
            "observedGeneration": 1,
            "lastError": {"description": "old", "codes": ["OLD"]},
            "conditions": [{"type": "T"}],
            "state": {"s": "t"},
        },
    )


async def test_finalizer_and_annotation_change_in_one_patch(scene: stage.Stage) -> None:
    """With optimistic lock, and nothing else is in it: never the timestamp (EXT-3, 2.4)."""
    version = scene.extension["metadata"]["resourceVersion"]

    await run(scene, plan.PatchMetadata(plan.Finalizers.ADD_OWN, remove_operation=True))

    (request,) = scene.server.writes()
    assert request.path == stage.EXTENSION
    assert request.body == {
        "metadata": {
            "resourceVersion": version,
            "finalizers": ["foreign/x", objects.OWN],
            "annotations": {objects.ANNOTATION: None},
        }
    }


async def test_the_annotation_alone(scene: stage.Stage) -> None:
    """Finalizers are not sent when they stay as they are."""
    await run(scene, plan.PatchMetadata(remove_operation=True))

    (request,) = scene.server.writes()
    assert "finalizers" not in request.body["metadata"]


async def test_only_our_finalizer_is_removed_at_a_deletion(scene: stage.Stage) -> None:
    """Others remove their own."""
    scene.put(finalizers=("foreign/x", objects.OWN))

    await run(scene, plan.PatchMetadata(plan.Finalizers.REMOVE_OWN))

    assert scene.extension["metadata"]["finalizers"] == ["foreign/x"]


async def test_all_finalizers_are_removed_at_a_migration(scene: stage.Stage) -> None:
    """Foreign ones too (2.7)."""
    scene.put(finalizers=("foreign/x", objects.OWN))

    await run(scene, plan.PatchMetadata(plan.Finalizers.REMOVE_ALL, remove_operation=True))

    assert not scene.extension["metadata"].get("finalizers")


async def test_a_finalizer_patch_for_another_version_is_a_conflict(scene: stage.Stage) -> None:
    """Somebody else's finalizer must not be lost."""
    old = extension.parse(scene.extension)
    scene.server.change(stage.EXTENSION, {"metadata": {"finalizers": ["new/y"]}})

    with pytest.raises(kube.Conflict):
        await scene.executor.run(
            plan.Plan("test", (plan.PatchMetadata(plan.Finalizers.ADD_OWN),)),
            old,
            None,
            observed.World(),
        )

    assert scene.extension["metadata"]["finalizers"] == ["new/y"]


async def test_two_patches_in_a_row_do_not_conflict_with_each_other(scene: stage.Stage) -> None:
    """Each step goes on from the answer to the one before."""
    await run(
        scene,
        plan.PatchMetadata(plan.Finalizers.ADD_OWN),
        PROCESSING,
        plan.PatchMetadata(plan.Finalizers.REMOVE_OWN, remove_operation=True),
    )

    assert scene.extension["metadata"]["finalizers"] == ["foreign/x"]


async def test_processing_leaves_error_and_generation_as_they_are(scene: stage.Stage) -> None:
    """Section 2.5, first row."""
    await run(scene, PROCESSING)

    status = scene.extension["status"]
    assert status["lastOperation"] == {
        "type": "Reconcile",
        "state": "Processing",
        "progress": 1,
        "description": "begun",
        "lastUpdateTime": "2026-08-01T12:00:00Z",
    }
    assert status["lastError"]["description"] == "old"
    assert status["observedGeneration"] == 1


async def test_success_clears_the_error_and_names_the_generation(scene: stage.Stage) -> None:
    """Section 2.5, second row."""
    await run(scene, SUCCEEDED)

    status = scene.extension["status"]
    assert "lastError" not in status
    assert status["observedGeneration"] == scene.extension["metadata"]["generation"]
    assert status["lastOperation"]["progress"] == 100


async def test_an_error_is_told_with_codes_and_time(scene: stage.Stage) -> None:
    """Section 2.5, third row; the description begins with a capital letter."""
    await run(scene, ERROR)

    status = scene.extension["status"]
    assert status["lastError"] == {
        "description": "Cannot do it: no",
        "codes": ["CODE"],
        "lastUpdateTime": "2026-08-01T12:00:00Z",
    }
    assert status["lastOperation"]["progress"] == 50
    assert status["observedGeneration"] == scene.extension["metadata"]["generation"]


async def test_codes_of_an_earlier_error_do_not_stay(scene: stage.Stage) -> None:
    """A stale ERR_CONFIGURATION_PROBLEM would stop gardenlet's retries for nothing (2.2)."""
    await run(scene, plan.WriteStatus(Type.RECONCILE, State.ERROR, 50, "no"))

    assert "codes" not in scene.extension["status"]["lastError"]


@pytest.mark.parametrize("step", [PROCESSING, SUCCEEDED, ERROR], ids=lambda s: s.state.value)
async def test_a_status_write_touches_nothing_of_others(
    scene: stage.Stage, step: plan.WriteStatus
) -> None:
    """A merge patch to /status without conditions, state or metadata (EXT-3)."""
    await run(scene, step)

    (request,) = scene.server.writes()
    assert request.path == f"{stage.EXTENSION}/status"
    assert set(request.body) == {"status"}
    assert set(request.body["status"]) <= {"lastOperation", "lastError", "observedGeneration"}
    assert scene.extension["status"]["conditions"] == [{"type": "T"}]
    assert scene.extension["status"]["state"] == {"s": "t"}


async def test_the_generation_is_the_one_that_was_decided_on(scene: stage.Stage) -> None:
    """A spec change in the middle is not claimed to be done, though answers show it."""
    old = extension.parse(scene.extension)
    scene.server.change(stage.EXTENSION, {"spec": {"providerConfig": {"configs": {}}}})

    await scene.executor.run(
        plan.Plan("test", (PROCESSING, SUCCEEDED)), old, None, observed.World()
    )

    assert scene.extension["metadata"]["generation"] == old.generation + 1
    assert scene.extension["status"]["observedGeneration"] == old.generation


async def test_an_operation_asked_for_meanwhile_is_not_taken_away(scene: stage.Stage) -> None:
    """A restore ends by removing `restore`, not the `migrate` that gardenlet has set since."""
    scene.ask("restore")
    old = extension.parse(scene.extension)
    scene.ask("migrate")

    await scene.executor.run(
        plan.Plan("test", (SUCCEEDED, plan.PatchMetadata(remove_operation=True))),
        old,
        None,
        observed.World(),
    )

    assert scene.extension["metadata"]["annotations"][objects.ANNOTATION] == "migrate"


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("2026-08-01T11:59:59.9Z", "2026-08-01T12:00:00Z"),
        ("2026-08-01T12:00:03.123456789Z", "2026-08-01T12:00:03Z"),
        ("2026-08-01T12:59:59Z", "2026-08-01T12:59:59Z"),
        ("2026-08-01T14:00:03+02:00", "2026-08-01T12:00:03Z"),
        ("yesterday", "2026-08-01T12:00:00Z"),
        ("2026-08-01T12:00:03", "2026-08-01T12:00:00Z"),
    ],
)
async def test_the_time_is_never_before_gardenlets(
    scene: stage.Stage, asked: str, written: str
) -> None:
    """With a clock behind gardenlet's a shoot would hang (2.4)."""
    scene.ask("reconcile", at=asked)

    await run(scene, SUCCEEDED)

    assert scene.last["lastUpdateTime"] == written


async def test_a_time_far_ahead_is_not_followed(scene: stage.Stage) -> None:
    """A clock that is wrong by days is somebody else's to mend."""
    scene.ask("reconcile", at="2036-08-01T12:00:00Z")

    await run(scene, SUCCEEDED)

    assert scene.last["lastUpdateTime"] == "2026-08-01T12:00:00Z"


async def test_the_node_part_is_applied_with_phase_and_beginning(scene: stage.Stage) -> None:
    """What a restart has to know stands on the object."""
    step = plan.ApplyNode(
        observed.Phase.CLEANUP,
        provider.ProviderConfig(),
        (),
        since=scene.now - timedelta(minutes=1),
    )

    await run(scene, step)

    found = scene.server.get(stage.NODE)
    assert found is not None
    annotations = found["metadata"]["annotations"]
    assert annotations[f"{objects.DOMAIN}/phase"] == "cleanup"
    assert annotations[f"{objects.DOMAIN}/cleanup-since"] == "2026-08-01T11:59:00Z"


async def test_what_a_killed_create_left_is_deleted_too(scene: stage.Stage) -> None:
    """A Secret whose ManagedResource was never made, and the access to the shoot."""
    step = plan.ApplyNode(observed.Phase.INSTALL, provider.ProviderConfig(), ())
    facts = cluster.parse(objects.cluster())
    for desired in (scene.builder.node(step, facts), scene.builder.monitoring(objects.NAMESPACE)):
        secret = managedresource.build_secret(desired)
        scene.server.put(paths.secret(objects.NAMESPACE, secret["metadata"]["name"]), secret)
    for name in ("shoot-access-cri-resmgr-extension", "foreign"):
        scene.server.put(paths.secret(objects.NAMESPACE, name), {})

    await run(scene, plan.DeleteLeftovers())

    assert scene.server.names(stage.SECRETS) == ["foreign"]


async def test_an_event_names_the_extension(scene: stage.Stage) -> None:
    """So that `kubectl describe` shows it."""
    await run(scene, plan.Announce("Reason", "what happened " * 200))

    (request,) = scene.server.writes("/events")
    assert request.path == paths.events(objects.NAMESPACE)
    event = request.body
    assert (event["type"], event["reason"]) == ("Warning", "Reason")
    assert event["involvedObject"]["uid"] == scene.extension["metadata"]["uid"]
    assert event["involvedObject"]["kind"] == "Extension"
    assert len(event["message"]) <= 1024


async def test_a_step_that_fails_ends_the_plan(scene: stage.Stage) -> None:
    """Above all, no Succeeded after it."""
    scene.server.refuse("POST", "secrets", 403)

    with pytest.raises(kube.Forbidden):
        await run(scene, plan.ApplyMonitoring(), SUCCEEDED)

    assert "lastOperation" not in scene.extension["status"]


async def test_every_answer_is_learned(scene: stage.Stage) -> None:
    """The store never lags behind our own writes (2.9)."""
    await run(scene, plan.PatchMetadata(plan.Finalizers.ADD_OWN), PROCESSING)

    known = scene.known.extension(stage.KEY)
    assert known is not None
    assert known.resource_version == scene.extension["metadata"]["resourceVersion"]


async def test_with_its_last_finalizer_the_object_is_forgotten(scene: stage.Stage) -> None:
    """It has gone with this patch; nothing must be written to it any more."""
    scene.put(deleting=api_server.DELETED_AT, finalizers=(objects.OWN,))
    scene.learn()

    await run(scene, plan.PatchMetadata(plan.Finalizers.REMOVE_OWN))

    assert scene.server.get(stage.EXTENSION) is None
    assert scene.known.extension(stage.KEY) is None
