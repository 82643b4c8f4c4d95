# SPDX-License-Identifier: Apache-2.0
"""In whatever order events and answers to our writes come: no request is missed or done twice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from unit.controller import api_server, audience, objects, stage

from controller import extension, follow, kube
from controller.kube import paths

DELETED = "2026-08-01T11:00:00Z"
KEY = stage.KEY
SETTLED: dict[str, Any] = {"last": ("Reconcile", "Succeeded"), "finalizers": (objects.OWN,)}


@pytest.fixture
async def scene() -> AsyncIterator[audience.Scene]:
    """Give followers whose queue runs."""
    made = audience.Scene()
    async with made.following(made.queue.run()):
        yield made


async def test_old_news_of_our_own_writes_start_no_work(scene: audience.Scene) -> None:
    """The event of Processing comes when the answer to the write of the error is known already."""
    await scene.event(None, operation="restore")
    scene.worked.clear()
    answer = objects.extension(operation="restore", last=("Restore", "Error"), resourceVersion="12")
    scene.known.put_extension(extension.parse(answer))

    await scene.event(operation="restore", last=("Restore", "Processing"), resourceVersion="11")
    await scene.event(operation="restore", last=("Restore", "Error"), resourceVersion="12")

    assert scene.worked == []


async def test_an_operation_that_our_own_write_has_told_first_starts_work(
    scene: audience.Scene,
) -> None:
    """Say, a write of a health condition: events of both may come as one, which looks old."""
    await scene.event(None, **SETTLED)
    answer = objects.extension(operation="reconcile", **SETTLED, resourceVersion="12")
    scene.known.put_extension(extension.parse(answer))

    await scene.event(operation="reconcile", **SETTLED, resourceVersion="12")

    assert scene.worked == [KEY]


async def test_the_same_operation_asked_for_again_starts_work(scene: audience.Scene) -> None:
    """Also by a person, who sets no timestamp."""
    await scene.event(None, **SETTLED)
    for version in range(11, 17, 2):
        await scene.event(operation="reconcile", **SETTLED, resourceVersion=str(version))
        await scene.event(**SETTLED, resourceVersion=str(version + 1))

    assert scene.worked == [KEY] * 3


async def test_late_news_of_an_object_that_has_a_successor_change_nothing(
    scene: audience.Scene,
) -> None:
    """Made anew under the same name at once: kopf works on the two side by side."""
    await scene.event("ADDED", **SETTLED)
    await scene.event("ADDED", uid="uid-2", resourceVersion="20")
    scene.queue.add_after(KEY, 60.0)

    await scene.event("MODIFIED", deleting=DELETED, resourceVersion="18")
    await scene.event("DELETED", deleting=DELETED, resourceVersion="19")

    known = scene.known.extension(KEY)
    assert known is not None
    assert known.uid == "uid-2"
    assert scene.queue.waits(KEY)


async def test_what_went_during_a_gap_is_swept(
    scene: audience.Scene,
    client: kube.Client,
    server: api_server.ApiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Kopf lists anew and tells nothing of it (2.9); what came after the list stays."""
    monkeypatch.setattr(follow, "SWEEP", 0.01)
    server.put(paths.extension("ns", "there"), objects.extension())
    for name, version in (("there", "1"), ("gone", "2"), ("later", "9999")):
        await scene.event(None, **SETTLED, namespace="ns", name=name, resourceVersion=version)
    scene.queue.add_after(("ns", "gone"), 60.0)
    scene.health.clear()

    async with scene.following(scene.followers.sweep(client)):
        await scene.until(lambda: bool(scene.health))

    assert sorted(one.name for one in scene.known.extensions()) == ["later", "there"]
    assert scene.health == ["ns"]
    assert not scene.queue.waits(("ns", "gone"))


async def test_a_sweep_that_fails_forgets_nothing(
    scene: audience.Scene,
    client: kube.Client,
    server: api_server.ApiServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that is away is no server without Extensions."""
    monkeypatch.setattr(follow, "SWEEP", 0.01)
    server.refuse("GET", "extensions", 503, times=2)
    server.put(stage.EXTENSION, objects.extension())
    await scene.event(None, **SETTLED)

    async with scene.following(scene.followers.sweep(client)):
        await server.until(lambda: len(server.requests) > 3)

    assert scene.known.extension(KEY) is not None
