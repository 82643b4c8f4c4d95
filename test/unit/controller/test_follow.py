# SPDX-License-Identifier: Apache-2.0
"""Whom each event of an Extension concerns: section 2.6."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from unit.controller import audience, objects, stage

from controller import (
    extension,
)

DELETED = "2026-08-01T11:00:00Z"


@pytest.fixture
async def scene() -> AsyncIterator[audience.Scene]:
    """Give followers whose queue runs."""
    made = audience.Scene()
    async with made.following(made.queue.run()):
        yield made


KEY = stage.KEY
SETTLED: dict[str, Any] = {"last": ("Reconcile", "Succeeded"), "finalizers": (objects.OWN,)}


async def test_a_list_with_settled_objects_starts_no_work(scene: audience.Scene) -> None:
    """After a restart nothing is written that has not changed; health looks at each."""
    await scene.event(None, **SETTLED)

    assert scene.worked == []
    assert scene.health == [objects.NAMESPACE]
    assert scene.clusters == [objects.NAMESPACE]


async def test_a_list_with_unfinished_objects_starts_work(scene: audience.Scene) -> None:
    """A restart in the middle of Processing goes on (case 4)."""
    await scene.event(None, last=("Create", "Processing"))

    assert scene.worked == [KEY]


async def test_an_operation_annotation_starts_work(scene: audience.Scene) -> None:
    """And a spec change without one does not (case 3)."""
    await scene.event(None, **SETTLED)
    await scene.event(**SETTLED, generation=4, resourceVersion="11")
    without = list(scene.worked)

    await scene.event(**SETTLED, generation=4, resourceVersion="12", operation="reconcile")

    assert without == []
    assert scene.worked == [KEY]


async def test_for_development_a_spec_change_alone_starts_work(scene: audience.Scene) -> None:
    """With `--ignore-operation-annotation`."""
    scene.followers = scene.make(ignore=True)
    await scene.event(None, **SETTLED)
    scene.worked.clear()

    await scene.event(**SETTLED, generation=4, resourceVersion="11")

    assert scene.worked == [KEY]


async def test_waiting_for_the_state_starts_no_work(scene: audience.Scene) -> None:
    """Once the object is known; gardenlet's `restore` starts it."""
    await scene.event(None, operation="wait-for-state", **SETTLED)

    assert scene.worked == []


@pytest.mark.parametrize("change", [{"type": "other"}, {"class": "seed"}])
async def test_foreign_objects_are_not_even_remembered(
    scene: audience.Scene, change: dict[str, str]
) -> None:
    """Of 500 shoots' extensions most are not ours (case 14)."""
    raw = objects.extension(operation="reconcile")
    raw["spec"] |= change

    scene.followers.extension("ADDED", raw)
    await audience.settle()

    assert scene.worked == []
    assert list(scene.known.extensions()) == []


async def test_an_object_that_has_gone_is_forgotten(scene: audience.Scene) -> None:
    """And health is told."""
    await scene.event(None, **SETTLED)
    scene.health.clear()

    await scene.event("DELETED", **SETTLED, resourceVersion="11")

    assert scene.known.extension(KEY) is None
    assert scene.health == [objects.NAMESPACE]
    assert scene.worked == []


async def test_a_deletion_that_our_own_write_has_told_first_starts_work(
    scene: audience.Scene,
) -> None:
    """The store is ahead of the event: it knows the answer to the last status write."""
    await scene.event(None, last=("Reconcile", "Processing"))
    scene.worked.clear()
    ahead = objects.extension(deleting=DELETED, **SETTLED, resourceVersion="12")
    scene.known.put_extension(extension.parse(ahead))

    await scene.event(deleting=DELETED, last=("Reconcile", "Processing"), resourceVersion="11")
    await scene.event(deleting=DELETED, **SETTLED, resourceVersion="12")

    assert KEY in scene.worked


async def test_an_echo_of_our_own_write_starts_no_work(scene: audience.Scene) -> None:
    """While `restore` stays on the object each status write would start it again."""
    await scene.event(None, operation="restore")
    scene.worked.clear()
    answer = objects.extension(operation="restore", last=("Restore", "Error"), resourceVersion="11")
    scene.known.put_extension(extension.parse(answer))

    scene.followers.extension("MODIFIED", answer)
    await audience.settle()

    assert scene.worked == []


async def test_a_success_makes_health_look(scene: audience.Scene) -> None:
    """The conditions should follow at once, not after a period."""
    await scene.event(None, last=("Create", "Processing"))
    scene.health.clear()

    await scene.event(last=("Create", "Succeeded"), resourceVersion="11")

    assert scene.health == [objects.NAMESPACE]
