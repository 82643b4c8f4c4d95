# SPDX-License-Identifier: Apache-2.0
"""A controller that ends and starts again, in order or not (Annex B, case 4)."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from garden import garbage, ground, replica
from garden.stage import NODE, Stage, operation

from controller import names
from controller.kube import paths

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

ALONE = ("--leader-election=false",)
"""No Lease, so that a start after a kill need not wait for the Lease of the dead."""

KILLS = 50
SHOOTS = 6
SEED = int(os.environ.get("CRI_RESMGR_TEST_SEED", "1"))
"""Of the random choices; a run is repeated by setting it again."""


@pytest_asyncio.fixture(loop_scope="module")
async def one(field: ground.Ground) -> AsyncIterator[replica.Replica]:
    """A controller that the test starts, kills and stops."""
    async with replica.Replica(field.kubeconfig, flags=ALONE) as started:
        yield started


@pytest.mark.parametrize("kind", ["Create", "Reconcile", "Restore"])
async def test_goes_on_in_the_middle(seen: Stage, one: replica.Replica, kind: str) -> None:
    """An object that says Processing when the controller starts is brought to its end (2.6)."""
    await one.kill()
    shoot = await seen.prepare()
    await seen.gardenlet.deploy(shoot, annotate=False)
    await seen.change(shoot, finalizers=[names.FINALIZER])
    status = {
        "lastOperation": {
            "type": kind,
            "state": "Processing",
            "progress": 1,
            "description": "interrupted",
            "lastUpdateTime": "2026-01-01T00:00:00Z",
        }
    }
    path = paths.extension(shoot, names.EXTENSION_TYPE)
    await seen.seed.patch(f"{path}/status", {"status": status})

    await one.start()

    assert operation(await seen.gardenlet.wait(shoot)) == (kind, "Succeeded")
    assert await seen.managed(shoot) is not None


async def test_clean_up_goes_on(seen: Stage, one: replica.Replica) -> None:
    """The clean-up that has begun is neither begun anew nor given up by a restart (6.6)."""
    shoot = await seen.enabled()
    await seen.healthy(shoot)
    seen.manager.switch(shoot, NODE, progressing="0 of 3 pods are updated")
    await seen.gardenlet.delete(shoot, wait=False)
    since = "cri-resmgr.extensions.gardener.cloud/cleanup-since"
    before = await seen.until_managed(
        shoot, lambda obj: since in obj["metadata"]["annotations"], "to clean up"
    )

    await one.kill()
    await one.start()
    await one.logged(namespace=shoot, why="clean-up goes on")
    after = await seen.managed(shoot)
    seen.manager.reset()
    await seen.gardenlet.wait_gone(shoot)

    assert after is not None
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"]
    assert await seen.left(shoot) == set()


async def test_what_was_asked_meanwhile_is_done(seen: Stage, one: replica.Replica) -> None:
    """Requests and deletions while no controller runs are found at its start (2.6)."""
    changed, deleted = await seen.enabled(), await seen.enabled()
    await one.stop()
    await seen.gardenlet.deploy(changed, {"configs": {"default": "policy:\n  Active: none\n"}})
    await seen.gardenlet.delete(deleted, wait=False)

    await one.start()
    await seen.gardenlet.wait(changed)
    await seen.gardenlet.wait_gone(deleted)

    assert "Active: none" in str(await seen.content(changed))
    assert await seen.left(deleted) == set()


async def test_writes_nothing(seen: Stage, one: replica.Replica) -> None:
    """A restart with many objects, in whatever state, writes nothing but Leases."""
    objects = await _many(seen)
    await one.stop()
    mark = await seen.marked()

    await one.start()
    await seen.gardenlet.disable(fence := await seen.enabled())

    writes = await seen.writes(mark)
    assert [each for each in writes if fence not in each] == []
    assert len(objects) >= 20


async def test_secrets_are_never_listed(seen: Stage, one: replica.Replica) -> None:
    """Secrets are read by name only, at a start, at a create, and at a deletion (2.9)."""
    mark = await seen.marked()
    gone, _stays = await seen.enabled(), await seen.enabled()
    await seen.gardenlet.disable(gone)
    await one.stop()
    await one.start()
    await seen.fence()

    requests = [each for each in await seen.requests(mark) if each.resource == "secrets"]

    assert {each.verb for each in requests} <= {"get", "create", "patch", "delete"}
    assert all(each.name for each in requests if each.verb != "create")


async def test_ends_in_order(seen: Stage, one: replica.Replica) -> None:
    """Told to stop in the middle of work, it ends with status 0 and without complaints (5.5)."""
    for _ in range(10):
        await seen.gardenlet.deploy(await seen.prepare())

    status = await one.stop()

    text = one.log.read_text(encoding="utf-8")
    assert status == 0
    assert [line for line in one.lines() if line["level"] in {"error", "warning"}] == []
    assert "Unclosed" not in text
    assert "Traceback" not in text


async def _many(seen: Stage) -> list[str]:
    """Make shoots in all states in which they stay."""
    healthy = [await seen.prepare() for _ in range(15)]
    asleep = [await seen.prepare(hibernation=True, hibernated=True) for _ in range(2)]
    workerless = [await seen.prepare(workers=())]
    wrong = [await seen.prepare()]
    waiting = [await seen.prepare()]
    failed = [await seen.prepare()]
    for shoot in (*healthy, *asleep, *workerless, *failed):
        await seen.gardenlet.deploy(shoot)
    await seen.gardenlet.deploy(wrong[0], {"nonsense": 1})
    await seen.gardenlet.restore(waiting[0], wait=False)
    for shoot in (*healthy, *asleep, *failed):
        await seen.gardenlet.wait(shoot)
        await seen.healthy(shoot)
    for shoot in (*workerless, *wrong):
        await seen.until(shoot, lambda obj: bool(obj["status"].get("conditions")), "to be judged")
    await seen.gardenlet.fail(failed[0])
    await seen.gardenlet.reconcile(failed[0])
    await seen.fence()
    return [*healthy, *asleep, *workerless, *wrong, *waiting, *failed]


# Killed at random points.


class Owner:
    """Somebody who enables, changes and disables the extension of one shoot, again and again."""

    def __init__(self, seen: Stage, shoot: str, rng: random.Random) -> None:
        """Want nothing yet."""
        self.shoot = shoot
        self.wanted: int | None = None
        self._seen = seen
        self._rng = rng

    async def act(self) -> None:
        """Change one's mind: enable, change, or disable."""
        if self.wanted is not None and self._rng.random() < 0.5:
            self.wanted = None
            await self._seen.gardenlet.delete(self.shoot, wait=False)
            return
        if self.wanted is None:
            if (self.shoot, names.EXTENSION_TYPE) in self._seen.gardenlet.extensions.objects:
                return  # Still going; gardenlet waits for that.
            self.wanted = 0
        self.wanted = self._rng.randrange(1, 1000)
        await self._seen.gardenlet.deploy(self.shoot, self.config())

    def config(self) -> dict[str, Any]:
        """Give the providerConfig that is wanted."""
        text = f"policy:\n  Active: static\n  ReservedResources:\n    CPU: {self.wanted}m\n"
        return {"configs": {"default": text}}


async def _mishap(
    seen: Stage, one: replica.Replica, owners: list[Owner], rng: random.Random
) -> None:
    """Start the controller, have it work, and kill it at a random moment of that."""
    chosen = rng.sample(owners, 3)
    for owner in chosen[:2]:
        await owner.act()
    mark = await seen.marked()
    await one.start(wait=False)
    rest = rng.uniform(0.0, 0.25)
    await seen.asked(mark)
    await chosen[2].act()
    await asyncio.sleep(rest)
    await one.kill()


@pytest.mark.timeout(300)
async def test_killed_at_random_points(seen: Stage, field: ground.Ground) -> None:
    """However often it is killed in creates, changes and deletions, all ends as it should."""
    rng = random.Random(SEED)  # noqa: S311 - it keeps no secret
    owners = [Owner(seen, await seen.prepare(), rng) for _ in range(SHOOTS)]
    async with replica.Replica(field.kubeconfig, flags=ALONE) as one:
        await one.kill()
        for _ in range(KILLS):
            await _mishap(seen, one, owners, rng)
        await one.start()
        for owner in owners:
            if owner.wanted is None:
                await seen.gardenlet.wait_gone(owner.shoot)
            else:
                obj = await seen.gardenlet.wait(owner.shoot, patient=True)
                assert obj["metadata"]["finalizers"] == [names.FINALIZER]
                assert f"{owner.wanted}m" in str(await seen.content(owner.shoot))
                await seen.gardenlet.disable(owner.shoot)
        # What a kill between a Secret and its ManagedResource leaves is marked for collection.
        await garbage.collect(seen.seed, minimum_age=timedelta(0))
        left = {owner.shoot: await seen.left(owner.shoot) for owner in owners}

    assert left == {owner.shoot: set() for owner in owners}
