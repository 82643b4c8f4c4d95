# SPDX-License-Identifier: Apache-2.0
"""The state of the node is written when it is another one, and not otherwise."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from unit.agent.core import books
from unit.agent.requests import Request, Requests

from agent import reporter
from agent.bell import Bell
from agent.core.book import Book, Daemon
from agent.kube import errors

REPORT = "/apis/criresmgr.intel.com/v1alpha1/noderesourcemanagers/n"


class World:
    """A reporter at work, whose clock is set by hand."""

    def __init__(self, book: Book) -> None:
        """Take what is known."""
        self.now = 0.0
        self.book = book
        self.api = Requests()
        self.api.answer = self.stored
        self.bell = Bell()
        self.reporter = reporter.Reporter(
            book,
            self.api,
            self.bell,
            clock=lambda: self.now,
            chance=lambda: 0.0,
            today=lambda: f"day {self.now:.0f}",
        )

    def stored(self, request: Request) -> dict[str, Any]:
        """Give what a server gives that has stored it."""
        _, _, body = request
        owners = [{"uid": "u"}]
        metadata = {"generation": 3, "ownerReferences": owners, **body.get("metadata", {})}
        return {**body, "metadata": metadata}

    async def at(self, now: float) -> None:
        """Let everything happen that happens until then."""
        self.now = now
        self.bell.ring()
        for _ in range(20):
            await asyncio.sleep(0)

    @property
    def paths(self) -> list[str]:
        """What was written to."""
        return [path for _, path, _ in self.api.seen]

    @property
    def last(self) -> dict[str, Any]:
        """The status that was written last."""
        return dict(self.api.seen[-1][2]["status"])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A reporter at work, of a node whose configuration was taken."""
    made = World(books.of("taken"))
    tasks = [
        asyncio.create_task(life, name="report")
        for life in (made.reporter.node(), made.reporter.adjustments("ns"))
    ]
    yield made
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_it_is_written_once(world: World) -> None:
    """The object and its status; then nothing, as long as nothing changes."""
    await world.at(1.0)
    await world.at(10_000.0)

    assert world.paths == [REPORT, f"{REPORT}/status"]
    assert world.last["policy"] == "static"
    assert {one["observedGeneration"] for one in world.last["conditions"]} == {3}


async def test_a_change_is_written_and_times_stay(world: World) -> None:
    """A condition keeps the time at which it became so."""
    await world.at(0.0)
    world.book.daemon_told(Daemon("balloons", "agent", 3, "1.0"))
    await world.at(50.0)

    assert len(world.paths) == 3
    assert world.last["policy"] == "balloons"
    assert {one["lastTransitionTime"] for one in world.last["conditions"]} == {"day 0"}


async def test_numbers_are_written_now_and_then(world: World) -> None:
    """Containers come and go all the time."""
    await world.at(1.0)
    for now in (10.0, 20.0, 290.0):
        world.book.daemon_told(Daemon("static", "agent", int(now), "1.0"))
        await world.at(now)
    few = len(world.paths)
    await world.at(1.0 + reporter.NUMBERS)

    assert few == 2
    assert len(world.paths) == 3
    assert world.last["containers"] == 290


async def test_a_moment_between_two_answers_is_not_written(world: World) -> None:
    """The answer comes soon."""
    await world.at(1.0)
    metadata = {"name": "b.default", "resourceVersion": "8"}
    world.book.config_map_seen({"metadata": metadata, "data": {"policy": "y"}}, 2.0)
    await world.at(3.0)
    before = len(world.paths)
    world.book.configuration = world.book.configuration.begin()
    world.book.configured("bad", 4.0)
    await world.at(5.0)

    assert before == 2
    assert world.last["conditions"][0]["reason"] == "Refused"
    assert world.last["configuration"]["generation"] == "8"


async def test_a_write_that_fails_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is so by then."""
    monkeypatch.setattr(reporter, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(reporter, "LONGEST_PAUSE", 0.0)
    world.api.failure = errors.Away(0, "away")
    await world.at(1.0)
    world.api.failure = None
    async with asyncio.timeout(10):
        while world.paths[-1] != f"{REPORT}/status":
            await world.at(2.0)

    assert world.last["policy"] == "static"


async def test_an_object_that_somebody_has_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made anew with the next change."""
    monkeypatch.setattr(reporter, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(reporter, "LONGEST_PAUSE", 0.0)
    await world.at(1.0)
    world.api.failure = errors.NotFound(404, "gone")
    world.book.daemon_told(Daemon("none", "agent", 0, "1.0"))
    await world.at(2.0)
    world.api.failure = None
    async with asyncio.timeout(10):
        while world.paths[-2:] != [REPORT, f"{REPORT}/status"]:
            await world.at(3.0)

    assert world.last["policy"] == "none"


async def test_nothing_is_known_yet() -> None:
    """For a while that is not worth a word; then it is."""
    made = World(books.of("nothing is known"))
    made.book.node_seen({"metadata": {"name": "n", "uid": "u"}}, 0.0)
    task = asyncio.create_task(made.reporter.node(), name="report")
    await made.at(reporter.PATIENCE - 1)
    early = len(made.paths)
    await made.at(reporter.PATIENCE)
    task.cancel()

    assert early == 0
    assert made.last["configuration"] == {"level": "unknown"}


async def test_a_node_that_was_made_anew(world: World) -> None:
    """The object gets its new owner."""
    await world.at(1.0)
    world.book.node_seen({"metadata": {"name": "n", "uid": "other"}}, 2.0)
    world.book.daemon_told(Daemon("none", "agent", 0, "1.0"))
    await world.at(3.0)

    assert world.paths[-2:] == [REPORT, f"{REPORT}/status"]
    assert world.api.seen[-2][2]["metadata"]["ownerReferences"][0]["uid"] == "other"


async def test_the_entry_of_an_adjustment() -> None:
    """Written once, as the answer tells what is there now."""
    made = World(books.of("Adjustments taken"))
    made.api.answer = lambda request: {
        "metadata": {"name": "a", "generation": 5},
        "spec": {"scope": []},
        **request[2],
    }
    task = asyncio.create_task(made.reporter.adjustments("ns"), name="report")
    await made.at(1.0)
    await made.at(2.0)
    task.cancel()
    ((method, path, body),) = made.api.seen

    assert (method, path.rpartition("/namespaces/")[2]) == ("PATCH", "ns/adjustments/a")
    assert body["status"]["nodes"]["n"]["observedGeneration"] == 4
