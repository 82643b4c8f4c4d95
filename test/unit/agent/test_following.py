# SPDX-License-Identifier: Apache-2.0
"""What is followed, and what comes of it in the book; with a real API server in integration."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from unit.agent import api

from agent.bell import Bell
from agent.core import layers
from agent.core.book import Book
from agent.following import Follower
from agent.kube import client

OPEN = api.Answer(lines=(), stays=True)


class Cluster:
    """Objects by collection; a change ends the watches, which then are told of it."""

    def __init__(self, server: api.Api) -> None:
        """There is nothing."""
        self.server = server
        self.version = 1
        self.objects: dict[str, dict[str, dict[str, Any]]] = {}
        self.watched: set[str] = set()
        server.handler = self.answer

    def put(self, collection: str, name: str, **parts: Any) -> None:
        """Write an object."""
        self.version += 1
        version = str(self.version)
        labels = parts.pop("labels", {})
        metadata = {"name": name, "uid": "u", "resourceVersion": version, "labels": labels}
        self.objects.setdefault(collection, {})[name] = {"metadata": metadata, **parts}
        self.server.hang_up()

    def delete(self, collection: str, name: str) -> None:
        """Remove an object."""
        self.version += 1
        del self.objects[collection][name]
        self.server.hang_up()

    def answer(self, request: api.Request) -> api.Answer:
        """Answer lists; watches from another version than this one are too old."""
        selector = request.params.get("fieldSelector", "").removeprefix("metadata.name=")
        if "watch" in request.params:
            if request.params["resourceVersion"] != str(self.version):
                return api.Answer(410, {"message": "too old"})
            self.watched.add(selector)
            return OPEN
        found = self.objects.get(request.path.rpartition("/")[2], {})
        items = [one for name, one in found.items() if selector in {"", name}]
        return api.Answer(body={"metadata": {"resourceVersion": str(self.version)}, "items": items})


class World:
    """A follower at work."""

    def __init__(self, cluster: Cluster, asked: client.Client) -> None:
        """Know nothing yet."""
        self.cluster = cluster
        self.bell = Bell()
        self.book = Book(layers.Names("b", "n"), "group")
        clock = asyncio.get_running_loop().time
        self.follower = Follower(self.book, asked, self.bell, clock=clock, chance=lambda: 0.0)
        self.ear = self.bell.listener(clock)

    async def until(self, right: Callable[[], object]) -> None:
        """Wait until the book is right."""
        async with asyncio.timeout(10):
            while not right():
                await self.ear.wait()


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A follower at work, without pauses."""
    monkeypatch.setattr("agent.kube.watch.FIRST_PAUSE", 0.0)
    async with api.serving(tmp_path) as server:
        cluster = Cluster(server)
        with contextlib.closing(client.Client(server.way, lambda: 0.0, agent="test")) as asked:
            made = World(cluster, asked)
            async with asyncio.TaskGroup() as tasks:
                follower = made.follower
                lives = [
                    tasks.create_task(follower.node("n"), name="node"),
                    tasks.create_task(follower.config_maps("ns", tasks), name="config maps"),
                    tasks.create_task(follower.adjustments("ns"), name="adjustments"),
                ]
                yield made
                for task in [*lives, *asyncio.all_tasks() - {asyncio.current_task()}]:
                    if task.get_name().startswith("ConfigMap") or task in lives:
                        task.cancel()


async def test_what_there_is(world: World) -> None:
    """Node, ConfigMaps, Adjustments: present, missing, and gone again."""
    book, cluster = world.book, world.cluster
    await world.until(lambda: book.choice is layers.Nothing.MISSING and book.synced)
    cluster.put("configmaps", "b.default", data={"policy": "A"})
    cluster.put("nodes", "n")
    cluster.put("adjustments", "a", spec={"scope": []})
    await world.until(
        lambda: (
            book.owner
            and list(book.adjustments) == ["a"]
            and book.configuration.wanted == layers.Take({"policy": "A"})
        )
    )
    cluster.delete("configmaps", "b.default")
    cluster.delete("adjustments", "a")
    cluster.delete("nodes", "n")
    await world.until(lambda: not book.owner and not book.adjustments)
    await world.until(lambda: book.configuration.wanted == layers.Drop())

    assert book.known.group == ""


async def test_a_node_that_changes_its_group(world: World) -> None:
    """The ConfigMap of the new group is followed, that of the former one is not any more."""
    book, cluster = world.book, world.cluster
    cluster.put("configmaps", "b.group.g", data={"policy": "G"})
    cluster.put("configmaps", "b.group.h", data={"policy": "H"})
    cluster.put("nodes", "n", labels={"group": "g"})
    await world.until(lambda: book.configuration.wanted == layers.Take({"policy": "G"}))
    cluster.put("nodes", "n", labels={"group": "h"})
    await world.until(lambda: book.configuration.wanted == layers.Take({"policy": "H"}))
    names = {task.get_name() for task in asyncio.all_tasks()}

    assert "ConfigMap b.group.h" in names
    assert "ConfigMap b.group.g" not in names
