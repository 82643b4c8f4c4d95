# SPDX-License-Identifier: Apache-2.0
"""A shoot moves to another seed: leaving, waiting, arriving (Annex B, cases 7 and 8)."""

from typing import Any

import pytest
from garden.stage import MONITORING, NODE, Stage, operation

from controller import names, observed
from controller.kube import paths

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]

DAEMON_SET = f"/apis/apps/v1/namespaces/kube-system/daemonsets/{names.INSTALLATION_DAEMONSET}"
STATE = {"state": {"kept": "across seeds"}}


async def settled(seen: Stage) -> str:
    """Make a shoot whose objects have been applied."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    return shoot


async def leave(seen: Stage, shoot: str) -> dict[str, Any]:
    """Migrate a shoot, but keep the object, and give it as it is then."""
    await seen.gardenlet.change(shoot, operation="Migrate", state="Processing")
    await seen.gardenlet.annotate(shoot, "migrate")
    return await seen.until(
        shoot,
        lambda obj: (
            operation(obj) == ("Migrate", "Succeeded")
            and names.OPERATION_ANNOTATION not in obj["metadata"]["annotations"]
        ),
        "to be migrated",
    )


async def test_objects_in_the_shoot_stay(seen: Stage) -> None:
    """What runs on the nodes runs on, the very same object (2.7)."""
    shoot = await settled(seen)
    before = await seen.shoot.get(DAEMON_SET)

    await seen.gardenlet.migrate(shoot)

    assert await seen.shoot.get(DAEMON_SET) == before


async def test_nothing_stays_in_the_seed(seen: Stage) -> None:
    """ManagedResources, Secrets and the object are gone (2.7)."""
    shoot = await settled(seen)

    await seen.gardenlet.migrate(shoot)

    assert await seen.left(shoot) == set()


async def test_the_nodes_are_never_cleaned(seen: Stage) -> None:
    """No clean-up is ever asked for, and the objects are kept before the deletion (2.7)."""
    shoot = await settled(seen)
    states: list[tuple[str, bool, bool]] = []

    def listen(key: tuple[str, str], obj: dict[str, Any] | None) -> None:
        if key == (shoot, NODE) and obj is not None:
            metadata = obj["metadata"]
            phase = metadata["annotations"][observed.PHASE_ANNOTATION]
            states.append((phase, obj["spec"]["keepObjects"], "deletionTimestamp" in metadata))

    seen.manager.resources.listen(listen)
    await seen.gardenlet.migrate(shoot)

    assert {phase for phase, _, _ in states} == {"install"}
    assert {keep for _, keep, deleting in states if deleting} == {True}


async def test_all_finalizers_go(seen: Stage) -> None:
    """Those of others go as well, while the object is not being deleted (2.7)."""
    shoot = await settled(seen)
    await seen.change(shoot, finalizers=[names.FINALIZER, "test/other"])

    obj = await leave(seen, shoot)

    assert "finalizers" not in obj["metadata"]
    assert "deletionTimestamp" not in obj["metadata"]


async def test_annotation_goes_last(seen: Stage) -> None:
    """The annotation is there until success has been written and the finalizers are gone (2.4)."""
    shoot = await settled(seen)
    states: list[tuple[bool, bool, bool]] = []

    def listen(key: tuple[str, str], obj: dict[str, Any] | None) -> None:
        if key[0] == shoot and obj is not None:
            metadata = obj["metadata"]
            annotated = names.OPERATION_ANNOTATION in metadata["annotations"]
            succeeded = operation(obj) == ("Migrate", "Succeeded")
            states.append((annotated, succeeded, "finalizers" in metadata))

    seen.gardenlet.extensions.listen(listen)
    obj = await leave(seen, shoot)

    assert (True, True, True) in states
    assert (False, True, True) not in states
    assert names.TIMESTAMP_ANNOTATION in obj["metadata"]["annotations"]


async def test_later_events_are_ignored(seen: Stage) -> None:
    """Nothing is written to an object that belongs to another seed now (2.3)."""
    shoot = await settled(seen)
    await leave(seen, shoot)
    mark = await seen.marked()

    await seen.gardenlet.reconcile(shoot)
    await seen.gardenlet.deploy(shoot, {"configs": {"default": "policy:\n  Active: none\n"}})
    await seen.fence()

    assert await seen.writes(mark, shoot) == []


async def test_waits_for_the_resource_manager(seen: Stage) -> None:
    """Nothing is deleted before the resource manager has seen that objects are to be kept."""
    shoot = await settled(seen)
    seen.manager.switch(shoot, down=True)
    await seen.gardenlet.change(shoot, operation="Migrate", state="Processing")
    await seen.gardenlet.annotate(shoot, "migrate")
    kept = await seen.until_managed(shoot, lambda obj: obj["spec"]["keepObjects"], "to keep")
    await seen.until_state(shoot, "Migrate", "Processing")
    await seen.fence()
    still = await seen.managed(shoot)

    assert still is not None
    assert "deletionTimestamp" not in still["metadata"]
    assert still["metadata"]["uid"] == kept["metadata"]["uid"]


async def test_goes_on_with_the_resource_manager(seen: Stage) -> None:
    """When the resource manager is back, the migration ends by itself."""
    shoot = await settled(seen)
    seen.manager.switch(shoot, down=True)
    await seen.gardenlet.change(shoot, operation="Migrate", state="Processing")
    await seen.gardenlet.annotate(shoot, "migrate")
    await seen.until_managed(shoot, lambda obj: obj["spec"]["keepObjects"], "to keep")

    seen.manager.reset()
    await seen.until_state(shoot, "Migrate", "Succeeded")

    assert await seen.managed(shoot) is None


async def test_replaced_secrets_go_too(seen: Stage) -> None:
    """Secrets that earlier changes have replaced do not stay behind."""
    shoot = await settled(seen)
    await seen.gardenlet.enable(shoot, {"configs": {"default": "policy:\n  Active: none\n"}})

    await seen.gardenlet.migrate(shoot)

    assert await seen.secrets(shoot) == set()


async def test_migrate_of_a_hung_deletion(seen: Stage) -> None:
    """Migrate counts above a deletion, and ends it (2.3)."""
    shoot = await settled(seen)
    seen.manager.switch(shoot, NODE, progressing="0 of 3 pods are updated")
    await seen.gardenlet.delete(shoot, wait=False)
    await seen.until_state(shoot, "Delete", "Processing")

    await seen.gardenlet.annotate(shoot, "migrate")
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.left(shoot) == set()


async def test_nothing_while_waiting_for_the_state(seen: Stage) -> None:
    """An object that waits for its state is not touched at all, no finalizer, no status (2.4)."""
    shoot = await seen.prepare()
    mark = await seen.marked()

    await seen.gardenlet.restore(shoot, state=STATE, wait=False)
    await seen.fence()

    assert await seen.writes(mark, shoot) == []


@pytest.mark.parametrize("state", [STATE, None], ids=["with state", "without state"])
async def test_restore(seen: Stage, state: dict[str, Any] | None) -> None:
    """A restore ends like a create, under its own name, and without its annotation (2.7)."""
    shoot = await seen.prepare()

    await seen.gardenlet.restore(shoot, state=state)

    obj = await seen.extension(shoot)
    assert operation(obj) == ("Restore", "Succeeded")
    assert names.OPERATION_ANNOTATION not in obj["metadata"]["annotations"]
    assert obj["metadata"]["finalizers"] == [names.FINALIZER]
    assert obj["status"].get("state") == (state or {}).get("state")


async def test_restore_works_once(seen: Stage) -> None:
    """The annotation that stays during the work does not start it a second time."""
    shoot = await seen.prepare()
    await seen.gardenlet.restore(shoot, wait=False)
    mark = await seen.marked()

    await seen.gardenlet.annotate(shoot, "restore")
    await seen.healthy(shoot)
    await seen.fence()

    writes = await seen.writes(mark, shoot)
    assert len([each for each in writes if each.startswith("patch extensions ")]) == 2
    assert len([each for each in writes if each.startswith("patch extensions/status")]) == 3


async def test_restore_takes_over_what_is_in_the_shoot(seen: Stage) -> None:
    """After a migration the objects that stayed belong to the new ManagedResource (2.7)."""
    shoot = await settled(seen)
    before = await seen.shoot.get(DAEMON_SET)
    state = await seen.gardenlet.migrate(shoot)

    await seen.gardenlet.restore(shoot, state=state)
    await seen.healthy(shoot)

    assert (await seen.shoot.get(DAEMON_SET))["metadata"]["uid"] == before["metadata"]["uid"]
    assert await seen.managed(shoot, MONITORING) is not None


async def test_secret_of_the_access_goes(seen: Stage) -> None:
    """The way into the shoot that another seed will have anew does not stay in this one."""
    shoot = await settled(seen)
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": names.ACCESS_SECRET},
    }
    await seen.seed.create(paths.secrets(shoot), secret)

    await seen.gardenlet.migrate(shoot)

    assert await seen.secrets(shoot) == set()
