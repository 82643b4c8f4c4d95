# SPDX-License-Identifier: Apache-2.0
"""Events are made one after the other, and wait for a server that is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from unit.agent.requests import Requests

from agent.announcer import MOST, SPREAD, Announcer
from agent.bell import Bell
from agent.core import layers
from agent.core.announcements import BURST, RATE, Announcement
from agent.core.book import Book
from agent.kube import errors


class World:
    """An announcer at work, whose clock is set by hand."""

    def __init__(self) -> None:
        """The Node is known."""
        self.now = self.chance = 0.0
        self.book = Book(layers.Names("b", "n"), "group")
        self.book.node_seen({"metadata": {"name": "n", "uid": "u"}}, 0.0)
        self.api = Requests()
        self.bell = Bell()
        self.announcer = Announcer(
            self.book,
            self.api,
            self.bell,
            clock=lambda: self.now,
            chance=lambda: self.chance,
            today=lambda: f"day {self.now:.0f}",
            unique=lambda: "x",
        )

    async def at(self, now: float) -> None:
        """Let everything happen that happens until then."""
        self.now = now
        self.bell.ring()
        for _ in range(20):
            await asyncio.sleep(0)

    @property
    def messages(self) -> list[str]:
        """What was told."""
        return [body["message"] for _, _, body in self.api.seen]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An announcer at work."""
    made = World()
    task = asyncio.create_task(made.announcer.run(), name="announce")
    yield made
    task.cancel()


async def test_what_is_told_becomes_an_event(world: World) -> None:
    """With the time at which it was told, once."""
    world.announcer.announce(Announcement("R", "text"))
    world.announcer.announce(Announcement("R", "text"))
    await world.at(5.0)
    ((method, path, body),) = world.api.seen

    assert (method, path) == ("POST", "/api/v1/namespaces/default/events")
    assert (body["metadata"]["name"], body["firstTimestamp"]) == ("n.x", "day 0")


async def test_nodes_tell_the_same_at_different_times(world: World) -> None:
    """Later by chance, with the time of what happened; what comes meanwhile goes with it."""
    world.chance = 0.5
    world.announcer.announce(Announcement("R", "first"))
    await world.at(SPREAD / 2 - 0.1)
    early = len(world.api.seen)
    world.announcer.announce(Announcement("R", "second"))
    await world.at(SPREAD / 2)

    assert early == 0
    assert world.messages == ["first", "second"]
    assert world.api.seen[0][2]["firstTimestamp"] == "day 0"


async def test_a_server_that_is_away(world: World) -> None:
    """Nothing is lost by it, and the order stays."""
    world.api.failure = errors.Away(0, "away")
    world.announcer.announce(Announcement("R", "first"))
    world.announcer.announce(Announcement("R", "second"))
    world.chance = 0.5
    await world.at(0.0)
    tried = len(world.api.seen)
    await world.at(0.5)
    world.api.failure = None
    await world.at(10.0)

    assert tried == 1
    assert world.messages == ["first", "first", "second"]


async def test_an_event_that_is_refused(world: World) -> None:
    """It is in nobody's way: its pod may have gone with its namespace."""
    world.api.failure = errors.NotFound(404, "no namespace")
    world.announcer.announce(Announcement("R", "first"))
    world.announcer.announce(Announcement("R", "second"))
    await world.at(0.0)
    await world.at(100.0)

    assert world.messages == ["first", "second"]


async def test_what_waits_is_bounded(world: World) -> None:
    """Without a Node nobody can be told; the newest are kept."""
    world.book.node_missing(0.0)
    for number in range(MOST + 10):
        world.now = number / RATE
        world.announcer.announce(Announcement("R", str(number)))
    await world.at(world.now)
    unknown = len(world.api.seen)
    world.book.node_seen({"metadata": {"name": "n", "uid": "u"}}, 0.0)
    await world.at(world.now + 1)

    assert unknown == 0
    assert len(world.messages) == MOST
    assert world.messages[0] == "10"
    assert BURST < MOST


async def test_results_are_counted(world: World) -> None:
    """What was made, what was refused, and what was one too many."""
    for number in range(BURST + 5):
        world.announcer.announce(Announcement("R", str(number)))
    await world.at(0.0)
    world.api.failure = errors.NotFound(404, "no namespace")
    world.now = 1 / RATE
    world.announcer.announce(Announcement("R", "later"))
    await world.at(world.now)

    assert world.announcer.results == {"made": BURST, "dropped": 5, "failed": 1}
