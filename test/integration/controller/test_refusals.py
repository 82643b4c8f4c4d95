# SPDX-License-Identifier: Apache-2.0
"""An API server that refuses writes: retried with back-off, then all is well (Annex B, case 6)."""

from datetime import datetime
from itertools import pairwise

import pytest
from garden import refusal, replica
from garden.stage import Stage, operation

from controller import names

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

TRIES = 6
"""Looks that failed, after which the API server gives in."""

LEAST = 0.1 * (1 + 2 + 4 + 8 + 16) / 2
"""Seconds that so many tries take at least with the queue's back-off, which starts at 0.1."""

CONFIG = {"configs": {"default": "policy:\n  Active: none\n"}}


async def tried(running: replica.Replica, shoot: str) -> list[float]:
    """Wait for some tries that fail and give the seconds between them."""
    lines = await running.logged(count=TRIES, namespace=shoot, outcome="error")
    times = [datetime.fromisoformat(line["ts"]) for line in lines]
    return [(after - before).total_seconds() for before, after in pairwise(times)][: TRIES - 1]


async def test_refusal_is_told(seen: Stage, running: replica.Replica) -> None:
    """What the API server says stands in the status, without a code: nobody has to act (2.2)."""
    assert running.pid
    shoot = await seen.prepare()
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.deploy(shoot)
        obj = await seen.until_state(shoot, "Create", "Error")

    assert refusal.MESSAGE in obj["status"]["lastError"]["description"]
    assert "codes" not in obj["status"]["lastError"]


async def test_create_is_tried_again(seen: Stage, running: replica.Replica) -> None:
    """A refused create is tried with growing pauses, and ends well without being asked again."""
    shoot = await seen.prepare()
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.deploy(shoot)
        pauses = await tried(running, shoot)
    obj = await seen.gardenlet.wait(shoot, patient=True)

    assert sum(pauses) >= LEAST, pauses
    assert operation(obj) == ("Create", "Succeeded")
    assert "lastError" not in obj["status"]


async def test_reconcile_is_tried_again(seen: Stage, running: replica.Replica) -> None:
    """A refused change is tried with growing pauses too, and then made."""
    shoot = await seen.enabled()
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.deploy(shoot, CONFIG)
        pauses = await tried(running, shoot)
    await seen.gardenlet.wait(shoot, patient=True)

    assert sum(pauses) >= LEAST, pauses
    name = f"{names.CONFIG_MAP_PREFIX}.default"
    assert "Active: none" in str((await seen.one(shoot, "ConfigMap", name))["data"])


async def test_restore_is_tried_again(seen: Stage, running: replica.Replica) -> None:
    """A refused restore keeps its annotation, is tried with growing pauses, and ends (2.4)."""
    shoot = await seen.prepare()
    await seen.gardenlet.restore(shoot, wait=False)
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.annotate(shoot, "restore")
        pauses = await tried(running, shoot)
        annotations = (await seen.extension(shoot))["metadata"]["annotations"]
    obj = await seen.gardenlet.wait(shoot, patient=True)

    assert annotations[names.OPERATION_ANNOTATION] == "restore"
    assert sum(pauses) >= LEAST, pauses
    assert operation(obj) == ("Restore", "Succeeded")


async def test_migrate_is_tried_again(seen: Stage, running: replica.Replica) -> None:
    """A refused migration keeps its annotation, is tried with growing pauses, and ends (2.4)."""
    shoot = await seen.enabled()
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.change(shoot, operation="Migrate")
        await seen.gardenlet.annotate(shoot, "migrate")
        pauses = await tried(running, shoot)
        annotations = (await seen.extension(shoot))["metadata"]["annotations"]
    await seen.gardenlet.migrate(shoot)

    assert annotations[names.OPERATION_ANNOTATION] == "migrate"
    assert sum(pauses) >= LEAST, pauses
    assert await seen.left(shoot) == set()


async def test_delete_is_tried_again(seen: Stage, running: replica.Replica) -> None:
    """A refused deletion is tried with growing pauses, and ends without being asked again."""
    shoot = await seen.enabled()
    async with refusal.of_managed_resources(seen.seed, shoot):
        await seen.gardenlet.delete(shoot, wait=False)
        pauses = await tried(running, shoot)
    await seen.gardenlet.wait_gone(shoot)

    assert sum(pauses) >= LEAST, pauses
    assert await seen.left(shoot) == set()
