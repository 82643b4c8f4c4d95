# SPDX-License-Identifier: Apache-2.0
"""What is sent to the daemon, and what is made of its answers."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from agent.bell import Bell
from agent.core import layers
from agent.core.announcements import Announcement
from agent.core.book import Book
from agent.core.verdicts import Outcome
from agent.push import LONGEST, Pusher
from resmgr.agentapi import agent_pb2
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


class Daemon:
    """Answers as a test says."""

    def __init__(self) -> None:
        """Take everything."""
        self.error = ""
        self.errors: dict[str, str] = {}
        self.failure: CallError | None = None
        self.configurations: list[dict[str, str]] = []
        self.adjustments: list[dict[str, object]] = []

    async def call(self, path: str, message: bytes, timeout: float) -> bytes:
        """Answer."""
        assert timeout > 0
        if self.failure is not None:
            raise self.failure
        if path == "/v1.Config/SetConfig":
            request = agent_pb2.SetConfigRequest.FromString(message)
            assert request.node_name == "n"
            self.configurations.append(dict(request.config))
            return agent_pb2.SetConfigReply(error=self.error).SerializeToString()
        asked = agent_pb2.SetAdjustmentRequest.FromString(message)
        self.adjustments.append(json.loads(asked.adjustment))
        return agent_pb2.SetAdjustmentReply(errors=self.errors).SerializeToString()


class World:
    """A pusher at work, whose clock is set by hand."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.now = 0.0
        self.book = Book(layers.Names("b", "n"), "group")
        self.daemon = Daemon()
        self.bell = Bell()
        self.told: list[Announcement] = []
        self.pusher = Pusher(
            self.book,
            self.daemon,
            self.bell,
            self.told.append,
            clock=lambda: self.now,
            chance=lambda: 0.5,
        )

    async def at(self, now: float) -> None:
        """Let everything happen that happens until then."""
        self.now = now
        self.bell.ring()
        for _ in range(20):
            await asyncio.sleep(0)

    def knows(self, **data: str) -> None:
        """The node's own ConfigMap is so."""
        metadata = {"name": "b.node.n", "resourceVersion": "7"}
        self.book.config_map_seen({"metadata": metadata, "data": data}, self.now)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A pusher at work."""
    made = World()
    tasks = [
        asyncio.create_task(life, name="push")
        for life in (made.pusher.configurations(), made.pusher.adjustments())
    ]
    yield made
    for task in tasks:
        task.cancel()


async def test_a_configuration_is_sent_when_it_has_settled(world: World) -> None:
    """Once; people hear of what came after it, too."""
    world.knows(policy="A")
    await world.at(1.0)
    early = list(world.daemon.configurations)
    world.knows(policy="B")
    await world.at(2.5)
    await world.at(3.5)
    await world.at(100.0)
    first = list(world.told)
    world.knows(policy="C")
    await world.at(110.0)

    assert early == []
    assert first == []
    assert world.daemon.configurations == [{"policy": "B"}, {"policy": "C"}]
    assert world.book.verdict.outcome is Outcome.TAKEN
    assert [(one.reason, one.warning) for one in world.told] == [("ConfigurationApplied", False)]
    assert "b.node.n, resourceVersion 7" in world.told[0].message


async def test_a_refused_one_is_not_sent_again(world: World) -> None:
    """People hear why."""
    world.daemon.error = "unknown key"
    world.knows(policy="A")
    await world.at(2.0)
    await world.at(100.0)

    assert len(world.daemon.configurations) == 1
    assert world.book.health == "configuration error: unknown key"
    assert [(one.reason, one.warning) for one in world.told] == [("ConfigurationRefused", True)]


async def test_one_that_did_not_arrive_is_sent_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Until it does; the log tells it once."""
    world.daemon.failure = CallError(Code.UNAVAILABLE, "away")
    world.knows(policy="A")
    for now in (2.0, 5.0, 15.0):
        await world.at(now)
    failed = world.book.verdict.outcome
    world.daemon.failure = None
    await world.at(100.0)

    assert failed is Outcome.UNREACHED
    assert world.daemon.configurations == [{"policy": "A"}]
    assert sum(one.levelname == "WARNING" for one in caplog.records) == 1


async def test_that_there_is_none_is_a_call_without_texts(world: World) -> None:
    """The daemon goes by its fallback then."""
    world.book.node_missing(0.0)
    for name in ("b.node.n", "b.default"):
        world.book.config_map_missing(name, 0.0)
    await world.at(2.0)

    assert world.daemon.configurations == [{}]


async def test_adjustments(world: World) -> None:
    """All for this node in one call; what is wrong is told."""
    world.daemon.errors = {"a": "bad"}
    spec = {"scope": [{"nodes": ["n"]}]}
    world.book.adjustment_seen({"metadata": {"name": "a"}, "spec": spec}, 0.0)
    world.book.adjustments_synced(frozenset({"a"}), 0.0)
    await world.at(2.0)
    world.daemon.errors = {}
    world.book.adjustment_gone("a", 3.0)
    await world.at(5.0)

    assert world.daemon.adjustments == [{"a": spec}, {}]
    assert [(one.reason, one.message) for one in world.told] == [("AdjustmentsRefused", "a: bad")]
    assert world.book.adjusted.outcome is Outcome.TAKEN


async def test_adjustments_that_did_not_arrive(world: World) -> None:
    """They are sent again, whatever the configuration does."""
    world.daemon.failure = CallError(Code.DEADLINE_EXCEEDED, "slow")
    world.knows(policy="A")
    world.book.adjustments_synced(frozenset(), 0.0)
    await world.at(2.0)
    errors = world.book.adjusted.errors
    world.daemon.failure = None
    await world.at(4.0)

    assert errors == {"request": "DEADLINE_EXCEEDED: slow"}
    assert world.daemon.adjustments == [{}]
    assert world.daemon.configurations == [{"policy": "A"}]


async def test_what_the_daemon_cannot_read_is_refused(world: World) -> None:
    """It would say the same again: it is not asked again until something else is wanted."""
    world.daemon.failure = CallError(Code.INVALID_ARGUMENT, "no JSON")
    world.knows(policy="A")
    world.book.adjustments_synced(frozenset(), 0.0)
    await world.at(2.0)
    await world.at(100.0)

    assert world.book.health == "configuration error: INVALID_ARGUMENT: no JSON"
    assert world.book.adjusted.outcome is Outcome.REFUSED
    assert world.book.adjusted.errors == {"request": "INVALID_ARGUMENT: no JSON"}
    assert world.pusher.configured == world.pusher.adjusted == {"refused": 1}


async def test_more_adjustments_than_the_daemon_takes(world: World) -> None:
    """They are refused here, and what was before stays."""
    spec = {"scope": [], "resources": {"requests": {"cpu": "1" * (LONGEST // 2)}}}
    for name in ("a", "b"):
        world.book.adjustment_seen({"metadata": {"name": name}, "spec": spec}, 0.0)
    world.book.adjustments_synced(frozenset({"a", "b"}), 0.0)
    await world.at(2.0)
    errors = dict(world.book.adjusted.errors)
    world.book.adjustment_gone("b", 3.0)
    await world.at(5.0)

    assert "longer than 1024 KiB" in errors["request"]
    assert world.daemon.adjustments == [{"a": spec}]
    assert world.book.adjusted.outcome is Outcome.TAKEN


async def test_results_are_counted(world: World) -> None:
    """Each try."""
    world.daemon.failure = CallError(Code.UNAVAILABLE, "away")
    world.knows(policy="A")
    await world.at(2.0)
    world.daemon.failure = None
    await world.at(10.0)

    assert world.pusher.configured == {"unreached": 1, "taken": 1}
