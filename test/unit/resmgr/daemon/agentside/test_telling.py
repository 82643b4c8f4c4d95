# SPDX-License-Identifier: Apache-2.0
"""What is told to the node agent: nothing waits for it, and nothing grows without it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from resmgr.agentapi import report_pb2
from resmgr.daemon.agentside import telling
from resmgr.daemon.records.metrics import Counter
from resmgr.model import Pod
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

STATE = telling.State("static", "agent", 3, "1.0")


class Agent:
    """An agent that takes reports, unless it has an error."""

    def __init__(self) -> None:
        """Nobody has told anything yet."""
        self.error: CallError | None = None
        self.events: list[report_pb2.Event] = []
        self.lost = 0
        self.states: list[report_pb2.StateRequest] = []
        self.calls = 0
        self.heard = asyncio.Event()

    async def arrived(self) -> None:
        """It is there."""

    async def call(self, method: str, message: bytes, timeout: float) -> bytes:
        """Take a report."""
        assert timeout > 0
        self.calls += 1
        self.heard.set()
        if self.error is not None:
            raise self.error
        if method == "/criresmgr.v1.Report/State":
            self.states.append(report_pb2.StateRequest.FromString(message))
        else:
            request = report_pb2.EventsRequest.FromString(message)
            self.events += request.events
            self.lost += request.dropped
        return b""


@pytest.fixture
def counter() -> Counter:
    """What became of warnings."""
    return Counter("warnings", "Warnings.", ("result",))


@contextlib.asynccontextmanager
async def telling_to(teller: telling.Teller, agent: Agent) -> AsyncIterator[None]:
    """Have it tell what there is."""
    task = asyncio.create_task(teller.run(agent, lambda: STATE), name="tell")
    try:
        async with asyncio.timeout(10):
            await agent.heard.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        yield
    finally:
        task.cancel()


async def test_a_new_agent_is_told_everything(counter: Counter) -> None:
    """Where the daemon stands, and what has happened while nobody was there."""
    teller, agent = telling.Teller(counter, lambda: 7.0), Agent()
    teller.warn("PolicyWarning", "odd")
    teller.came()
    async with telling_to(teller, agent):
        pass

    assert [(one.policy, one.source, one.containers) for one in agent.states] == [
        ("static", "agent", 3)
    ]
    assert [(one.reason, one.message, one.time) for one in agent.events] == [
        ("PolicyWarning", "odd", 7)
    ]
    assert counter.values == {("told",): 1}


async def test_a_warning_names_its_pod(counter: Counter) -> None:
    """An Event is where people look: at the pod; what has none tells what it is about."""
    pod = Pod(id="p", name="web", namespace="default", uid="u")
    teller, agent = telling.Teller(counter, lambda: 0.0, {"c": pod}.get), Agent()
    teller.warn("PolicyWarning", "odd", "c")
    teller.warn("PolicyWarning", "odd", "nobody")
    async with telling_to(teller, agent):
        pass

    assert [(one.pod_namespace, one.pod_name, one.pod_uid) for one in agent.events] == [
        ("default", "web", "u"),
        ("", "", ""),
    ]
    assert [one.message for one in agent.events] == ["odd", "nobody: odd"]


async def test_what_nobody_takes_is_bounded(counter: Counter) -> None:
    """The oldest are lost, counted, and the agent is told how many."""
    teller, agent = telling.Teller(counter, lambda: 0.0), Agent()
    for number in range(telling.MOST + 5):
        teller.warn("PolicyWarning", str(number))
    async with telling_to(teller, agent):
        pass

    assert agent.lost == 5
    assert [one.message for one in agent.events][:2] == ["5", "6"]
    assert len(agent.events) == telling.BATCH
    assert counter.values[("lost",)] == 5


async def test_what_could_not_be_told_is_kept(counter: Counter) -> None:
    """A call that fails takes nothing with it."""
    teller, agent = telling.Teller(counter, lambda: 0.0), Agent()
    agent.error = CallError(Code.UNAVAILABLE, "away")
    teller.warn("PolicyWarning", "odd")
    async with telling_to(teller, agent):
        failed = list(agent.events)
    agent.error = None
    agent.heard.clear()
    async with telling_to(teller, agent):
        pass

    assert failed == []
    assert [one.message for one in agent.events] == ["odd"]


async def test_the_originals_agent_is_left_alone(counter: Counter) -> None:
    """It does not know the service; a new connection may be to another one."""
    teller, agent = telling.Teller(counter, lambda: 0.0), Agent()
    agent.error = CallError(Code.UNIMPLEMENTED, "unknown service")
    teller.warn("PolicyWarning", "odd")
    async with telling_to(teller, agent):
        teller.look()
        for _ in range(10):
            await asyncio.sleep(0)
        calls = agent.calls
        agent.error = None
        agent.heard.clear()
        teller.came()
        async with asyncio.timeout(10):
            await agent.heard.wait()
        for _ in range(10):
            await asyncio.sleep(0)

    assert calls == 1
    assert [one.message for one in agent.events] == ["odd"]
