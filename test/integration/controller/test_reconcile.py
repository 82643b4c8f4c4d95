# SPDX-License-Identifier: Apache-2.0
"""Reconciles of a shoot that has the extension (Annex B, cases 2, 3 and 6)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from garden import garbage, shoots
from garden.stage import MONITORING, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]


def config(cpu: str) -> dict[str, Any]:
    """Give a providerConfig that differs by a number of CPUs."""
    text = f"policy:\n  Active: topology-aware\n  ReservedResources:\n    CPU: {cpu}\n"
    return {"configs": {"default": text}}


def versions(*objects: dict[str, Any] | None) -> list[str]:
    """Give the resourceVersions of objects that are there."""
    return [obj["metadata"]["resourceVersion"] for obj in objects if obj]


async def snapshot(seen: Stage, shoot: str) -> list[str]:
    """Give the versions of all that the controller has made for a shoot."""
    return versions(
        *[await seen.managed(shoot, name) for name in (names.NODE_MANAGED_RESOURCE, MONITORING)],
        *[await seen.secret(shoot, name) for name in (names.NODE_MANAGED_RESOURCE, MONITORING)],
    )


async def test_without_a_change_nothing_is_written(seen: Stage) -> None:
    """The same reconcile again touches neither ManagedResources nor Secrets (MR-2)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    before = await snapshot(seen, shoot)

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    assert len(before) == 4
    assert await snapshot(seen, shoot) == before


async def test_without_a_change_three_writes(seen: Stage) -> None:
    """The annotation goes, Processing and Succeeded are written, and that is all (2.4, 2.5)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    mark = await seen.marked()

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)
    await seen.fence()

    key = f"{shoot}/{names.EXTENSION_TYPE}"
    assert await seen.writes(mark, shoot) == [
        f"patch extensions {key}",
        f"patch extensions/status {key}",
        f"patch extensions/status {key}",
    ]


async def test_is_called_reconcile_from_the_second_time_on(seen: Stage) -> None:
    """What comes after a Create that succeeded is a Reconcile (2.3)."""
    shoot = await seen.enabled()
    await seen.gardenlet.reconcile(shoot)

    assert operation(await seen.gardenlet.wait(shoot)) == ("Reconcile", "Succeeded")


async def test_answers_are_never_older_than_the_request(seen: Stage) -> None:
    """With a clock behind gardenlet's the answer still counts as one to this request (2.4)."""
    shoot = await seen.enabled()
    asked = datetime.now(UTC) + timedelta(minutes=5)
    timestamp = f"{asked:%Y-%m-%dT%H:%M:%S}.000000000Z"
    annotations = {names.OPERATION_ANNOTATION: "reconcile", names.TIMESTAMP_ANNOTATION: timestamp}

    await seen.change(shoot, annotations=annotations)
    obj = await seen.until_state(shoot, "Reconcile", "Succeeded")

    assert obj["status"]["lastOperation"]["lastUpdateTime"] == f"{asked:%Y-%m-%dT%H:%M:%SZ}"


async def test_a_change_without_a_request_waits(seen: Stage) -> None:
    """A changed spec without the annotation is not acted upon: Gardener says when (2.6)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    before, mark = await snapshot(seen, shoot), await seen.marked()

    await seen.gardenlet.deploy(shoot, config("2"), annotate=False)
    await seen.fence()

    assert await snapshot(seen, shoot) == before
    assert await seen.writes(mark, shoot) == []


async def test_a_change_with_a_request_is_done(seen: Stage) -> None:
    """A changed spec with the annotation reaches the ManagedResource (2.6)."""
    shoot = await seen.enabled(config("1"))
    name = f"{names.CONFIG_MAP_PREFIX}.default"

    await seen.gardenlet.enable(shoot, config("2"))

    assert "CPU: 2" in str((await seen.one(shoot, "ConfigMap", name))["data"])


async def test_a_change_is_observed(seen: Stage) -> None:
    """The status names the generation that it answers (2.5)."""
    shoot = await seen.enabled(config("1"))

    obj = await seen.gardenlet.enable(shoot, config("2"))

    assert obj["metadata"]["generation"] == 2
    assert obj["status"]["observedGeneration"] == 2


async def test_a_change_that_is_taken_back_gives_the_same_secret(seen: Stage) -> None:
    """The same input gives the same bytes and so the same name (MR-2)."""
    shoot = await seen.enabled(config("1"))
    before = (await seen.secret(shoot))["metadata"]["name"]

    await seen.gardenlet.enable(shoot, config("2"))
    await seen.gardenlet.enable(shoot, config("1"))

    assert (await seen.secret(shoot))["metadata"]["name"] == before


async def test_replaced_secrets_are_free_for_collection(seen: Stage) -> None:
    """The garbage collector may take what a change replaced, and only that (4.2)."""
    shoot = await seen.enabled(config("1"))
    first = (await seen.secret(shoot))["metadata"]["name"]
    await seen.gardenlet.enable(shoot, config("2"))

    collected = await garbage.collect(seen.seed, minimum_age=timedelta(0))

    mine = [each for each in collected if each.startswith(f"secret/{shoot}/")]
    assert mine == [f"secret/{shoot}/{first}"]


async def test_replaced_secrets_go_with_the_extension(seen: Stage) -> None:
    """A deletion removes the Secrets of earlier changes too, collector or not."""
    shoot = await seen.enabled(config("1"))
    for cpu in ("2", "3", "4"):
        await seen.gardenlet.enable(shoot, config(cpu))

    await seen.gardenlet.disable(shoot)

    assert await seen.left(shoot) == set()


async def test_every_request_during_work_is_answered(seen: Stage) -> None:
    """Requests that arrive while the object is worked on are not lost."""
    shoot = await seen.enabled(config("1"))
    for number in range(30):
        await seen.gardenlet.deploy(shoot, config(str(2 + number % 3)))
    await seen.gardenlet.deploy(shoot, config("7"))

    await seen.gardenlet.wait(shoot)

    name = f"{names.CONFIG_MAP_PREFIX}.default"
    assert "CPU: 7" in str((await seen.one(shoot, "ConfigMap", name))["data"])


async def test_conflicts_are_overcome(seen: Stage) -> None:
    """Somebody who changes the metadata all the time does not keep a create from ending (EXT-3)."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, config("1"))

    async def disturb() -> None:
        for number in range(60):
            await seen.change(shoot, annotations={"test/number": str(number)})

    await asyncio.gather(disturb(), seen.gardenlet.wait(shoot))

    obj = await seen.extension(shoot)
    assert obj["metadata"]["annotations"]["test/number"] == "59"
    assert obj["metadata"]["finalizers"] == [names.FINALIZER]


async def test_what_others_put_on_the_object_stays(seen: Stage) -> None:
    """Finalizers, labels and annotations of others survive a create (EXT-3)."""
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, annotate=False)
    await seen.gardenlet.wait(shoot)
    await seen.change(
        shoot,
        finalizers=[names.FINALIZER, "test/other"],
        labels={"test": "a"},
        annotations={"test/a": "b"},
    )

    await seen.gardenlet.reconcile(shoot)
    metadata = (await seen.gardenlet.wait(shoot))["metadata"]

    assert metadata["finalizers"] == [names.FINALIZER, "test/other"]
    assert metadata["labels"] == {"test": "a"}
    assert metadata["annotations"]["test/a"] == "b"


async def test_a_new_object_needs_no_annotation(seen: Stage) -> None:
    """An object without a status is created even if nobody asks (2.6, create event)."""
    shoot = await seen.prepare()

    await seen.gardenlet.deploy(shoot, annotate=False)

    assert operation(await seen.gardenlet.wait(shoot)) == ("Create", "Succeeded")


async def test_a_managed_resource_that_went_is_made_again(seen: Stage) -> None:
    """What somebody has deleted of a settled shoot comes back without a request."""
    shoot = await seen.enabled()
    old = await seen.managed(shoot)
    assert old is not None
    await seen.seed.delete(paths.managed_resource(shoot, names.NODE_MANAGED_RESOURCE))

    new = await seen.until_managed(
        shoot, lambda obj: obj["metadata"]["uid"] != old["metadata"]["uid"], "to be made again"
    )

    assert new["spec"] == old["spec"]


async def test_a_managed_resource_that_goes_is_waited_for(seen: Stage) -> None:
    """One that is being deleted cannot be changed; once it has gone a new one is made."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, names.NODE_MANAGED_RESOURCE, down=True)
    old = await seen.seed.delete(paths.managed_resource(shoot, names.NODE_MANAGED_RESOURCE))
    await seen.fence()

    await seen.gardenlet.reconcile(shoot)
    await seen.until_state(shoot, "Reconcile", "Error")
    seen.manager.reset()
    await seen.gardenlet.wait(shoot, patient=True)

    new = await seen.managed(shoot)
    assert new is not None
    assert new["metadata"]["uid"] != old["metadata"]["uid"]


async def test_a_secret_that_went_is_made_again(seen: Stage) -> None:
    """The next reconcile brings back a Secret that somebody has deleted."""
    shoot = await seen.enabled()
    name = (await seen.secret(shoot))["metadata"]["name"]
    await seen.seed.delete(paths.secret(shoot, name))

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    assert name in await seen.secrets(shoot)


async def test_a_managed_resource_that_was_changed_is_put_right(seen: Stage) -> None:
    """The next reconcile puts back what somebody has changed of the spec (MR-2)."""
    shoot = await seen.enabled()
    path = paths.managed_resource(shoot, names.NODE_MANAGED_RESOURCE)
    right = (await seen.seed.get(path))["spec"]
    await seen.seed.patch(path, {"spec": {"keepObjects": True, "secretRefs": []}})

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    assert (await seen.seed.get(path))["spec"] == right


async def test_pools_reach_the_manifests(seen: Stage) -> None:
    """A pool's change in the Cluster reaches the DaemonSet with the next reconcile (section 3)."""
    shoot = await seen.enabled()
    workers = (shoots.Worker("plain"), shoots.Worker("control", control_plane=True))
    await seen.gardenlet.change(shoot, workers=workers)

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.wait(shoot)

    daemon_set = await seen.one(shoot, "DaemonSet", names.INSTALLATION_DAEMONSET)
    affinity = daemon_set["spec"]["template"]["spec"]["affinity"]
    assert "'control'" in str(affinity)


async def test_a_provider_config_with_warnings_is_taken(seen: Stage) -> None:
    """What may be wrong is told by an Event and in the status, and stops nothing."""
    shoot = await seen.prepare()
    text = "policy:\n  Active: balloons\n"
    obj = await seen.gardenlet.enable(shoot, {"configs": {"default": text}})
    await seen.fence()

    events = (await seen.seed.get(paths.events(shoot)))["items"]

    assert "ReservedResources" in obj["status"]["lastOperation"]["description"]
    assert ["ReservedResources" in event["message"] for event in events] == [True]
