# SPDX-License-Identifier: Apache-2.0
"""Ways out of a living seed: disabled, deleted, by force (Annex B, case 9)."""

from datetime import timedelta
from typing import Any

import pytest
from garden import garbage
from garden.stage import MONITORING, NODE, Stage, operation

from controller import kube, names, observed
from controller.kube import paths

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("running"),
]

DAEMON_SET = f"/apis/apps/v1/namespaces/kube-system/daemonsets/{names.INSTALLATION_DAEMONSET}"
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/adjustments.criresmgr.intel.com"


def phases(seen: Stage, shoot: str) -> list[str]:
    """Give a list that grows with each phase that the node part is seen in."""
    found: list[str] = []

    def listen(key: tuple[str, str], obj: dict[str, Any] | None) -> None:
        if key == (shoot, NODE) and obj is not None:
            phase = obj["metadata"]["annotations"].get(observed.PHASE_ANNOTATION, "")
            if found[-1:] != [phase]:
                found.append(phase)

    seen.manager.resources.listen(listen)
    return found


def cleaning(obj: dict[str, Any]) -> bool:
    """Tell whether a ManagedResource in the clean-up phase has been applied."""
    annotations, status = obj["metadata"]["annotations"], obj.get("status") or {}
    applied: bool = status.get("observedGeneration") == obj["metadata"]["generation"]
    return applied and annotations.get(observed.PHASE_ANNOTATION) == "cleanup"


async def begin_cleanup(seen: Stage) -> str:
    """Disable the extension of a shoot whose nodes take their time; give the shoot."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, NODE, progressing="1 of 3 pods is updated")
    await seen.gardenlet.delete(shoot, wait=False)
    await seen.until_managed(shoot, cleaning, "to clean up")
    return shoot


async def test_nothing_is_left(seen: Stage) -> None:
    """After a deletion there is no Extension, no ManagedResource and no Secret of ours."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)

    await seen.gardenlet.disable(shoot)

    assert await seen.left(shoot) == set()


async def test_phases(seen: Stage) -> None:
    """On a living shoot the nodes are cleaned up before the ManagedResource goes (6.6)."""
    shoot = await seen.enabled()
    seen_phases = phases(seen, shoot)

    await seen.gardenlet.disable(shoot)

    assert seen_phases == ["install", "cleanup"]


async def test_between_the_phases_the_nodes_are_cleaned(seen: Stage) -> None:
    """In the first phase the DaemonSet is still there and removes (6.6)."""
    await begin_cleanup(seen)

    found = await seen.shoot.get(DAEMON_SET)

    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert "--remove" in container["args"]


async def test_no_agent_between_the_phases(seen: Stage) -> None:
    """In the first phase nothing configures nodes any more: neither agent nor configs."""
    shoot = await begin_cleanup(seen)

    kinds = [
        (obj["kind"], obj["metadata"]["name"])
        for obj in await seen.content(shoot)
        if obj["kind"] in {"DaemonSet", "ConfigMap"}
    ]

    assert kinds == [("DaemonSet", names.INSTALLATION_DAEMONSET)]


async def test_progress_of_the_clean_up_is_told(seen: Stage) -> None:
    """The status says what is waited for, in the words of the resource manager (2.5, 2.8)."""
    shoot = await begin_cleanup(seen)

    obj = await seen.until(
        shoot,
        lambda obj: "1 of 3 pods" in obj["status"]["lastOperation"]["description"],
        "to tell the progress",
    )

    assert operation(obj) == ("Delete", "Processing")
    assert 1 < obj["status"]["lastOperation"]["progress"] < 100


async def test_deletion_goes_on_after_the_clean_up(seen: Stage) -> None:
    """When all nodes are clean, the news of it alone ends the deletion."""
    shoot = await begin_cleanup(seen)

    seen.manager.reset()
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.left(shoot) == set()


async def test_adjustments_stay(seen: Stage) -> None:
    """The CRD of Adjustments stays when the extension is disabled, and all objects with it."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)

    await seen.gardenlet.disable(shoot)

    assert (await seen.shoot.get(CRD))["metadata"]["name"] == "adjustments.criresmgr.intel.com"
    with pytest.raises(kube.NotFound):
        await seen.shoot.get(DAEMON_SET)


async def test_finalizers_of_others_stay(seen: Stage) -> None:
    """We take our finalizer only; the object goes when the others are gone (2.7)."""
    shoot = await seen.enabled()
    await seen.change(shoot, finalizers=[names.FINALIZER, "test/other"])
    await seen.gardenlet.delete(shoot, wait=False)

    obj = await seen.until(
        shoot, lambda obj: names.FINALIZER not in obj["metadata"]["finalizers"], "to be let go"
    )

    assert obj["metadata"]["finalizers"] == ["test/other"]
    assert operation(obj) == ("Delete", "Succeeded")


async def test_without_our_finalizer_nothing_is_done(seen: Stage) -> None:
    """A deletion of an object that is not ours any more is none of our business (2.7)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await seen.change(shoot, finalizers=["test/other"])
    mark = await seen.marked()

    await seen.gardenlet.delete(shoot, wait=False)
    await seen.fence()

    assert await seen.writes(mark, shoot) == []


async def test_a_namesake_that_comes_at_once_is_created(seen: Stage) -> None:
    """Disabled and enabled again: the new object starts from nothing."""
    shoot = await seen.enabled()
    old = await seen.healthy(shoot)
    await seen.gardenlet.disable(shoot)

    obj = await seen.gardenlet.enable(shoot)

    assert obj["metadata"]["uid"] != old["metadata"]["uid"]
    assert operation(obj) == ("Create", "Succeeded")
    assert await seen.managed(shoot) is not None


async def test_deletion_during_the_create(seen: Stage) -> None:
    """Deletions that come in the middle of a create are never lost, and leave nothing."""
    shoots = [await seen.prepare() for _ in range(20)]
    for shoot in shoots:
        await seen.gardenlet.deploy(shoot)
        await seen.gardenlet.delete(shoot, wait=False)

    for shoot in shoots:
        await seen.gardenlet.wait_gone(shoot)

    assert [await seen.left(shoot) for shoot in shoots] == [set()] * len(shoots)


async def test_hibernated(seen: Stage) -> None:
    """A shoot that sleeps has no nodes: there is no clean-up, only a wait (CLU-2)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await seen.gardenlet.hibernate(shoot)
    seen.manager.switch(shoot, down=True)
    seen_phases = phases(seen, shoot)

    await seen.gardenlet.disable(shoot)
    await seen.until_managed(
        shoot, lambda obj: "deletionTimestamp" in obj["metadata"], "to be deleted"
    )

    assert seen_phases == ["install"]
    assert operation(await seen.extension(shoot)) == ("Delete", "Processing")


async def test_hibernated_until_the_resource_manager_is_back(seen: Stage) -> None:
    """When the shoot wakes up, the deletion ends (CLU-2)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    await seen.gardenlet.hibernate(shoot)
    seen.manager.switch(shoot, down=True)
    await seen.gardenlet.disable(shoot)
    await seen.until_managed(
        shoot, lambda obj: "deletionTimestamp" in obj["metadata"], "to be deleted"
    )

    seen.manager.reset()
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.left(shoot) == set()


async def test_falling_asleep_ends_the_clean_up(seen: Stage) -> None:
    """A shoot that goes to sleep during the clean-up is not waited for any longer (CLU-2)."""
    shoot = await begin_cleanup(seen)

    await seen.gardenlet.hibernate(shoot, done=False)
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.left(shoot) == set()


async def test_shoot_deletion(seen: Stage) -> None:
    """With the shoot go its nodes: no clean-up, and all ManagedResources are gone (CLU-3)."""
    shoot = await seen.enabled()
    seen_phases = phases(seen, shoot)

    await seen.gardenlet.delete_shoot(shoot)

    assert seen_phases == ["install"]
    assert await seen.left(shoot) == set()


async def test_force(seen: Stage) -> None:
    """By force the object goes without waiting for the resource manager (EXT-4)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, down=True)
    seen_phases = phases(seen, shoot)

    await seen.gardenlet.force_delete(shoot)

    assert seen_phases == ["install"]
    assert await seen.left(shoot) == set()


async def test_force_takes_over_a_clean_up(seen: Stage) -> None:
    """A deletion that hangs in the clean-up ends when it becomes one by force (EXT-4)."""
    shoot = await begin_cleanup(seen)

    await seen.gardenlet.change(
        shoot, deleted_at="2026-01-01T00:00:00Z", force_deletion=True, operation="Delete"
    )
    await seen.gardenlet.wait_gone(shoot)

    assert await seen.secrets(shoot) == set()


async def test_workerless(seen: Stage) -> None:
    """Without workers there is nothing to clean up (CLU-4)."""
    shoot = await seen.enabled()
    await seen.gardenlet.change(shoot, workers=())
    seen_phases = phases(seen, shoot)

    await seen.gardenlet.disable(shoot)

    assert "cleanup" not in seen_phases
    assert await seen.left(shoot) == set()


async def test_managed_resources_that_went_by_hand(seen: Stage) -> None:
    """A deletion ends even if somebody removes the ManagedResources meanwhile.

    Nobody knows the names of their Secrets then, but the garbage collector may take them.
    """
    shoot = await begin_cleanup(seen)

    for name in (NODE, MONITORING):
        await seen.seed.delete(paths.managed_resource(shoot, name))
    await seen.gardenlet.wait_gone(shoot)
    await garbage.collect(seen.seed, minimum_age=timedelta(0))

    assert await seen.left(shoot) == set()
