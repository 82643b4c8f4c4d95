# SPDX-License-Identifier: Apache-2.0
"""The client of the node agent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.agentapi import agent_pb2
from resmgr.daemon.agentside import agent
from resmgr.daemon.agentside.agent import Agent, AgentError
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


class Socket:
    """An agent that answers as a test says."""

    def __init__(self, answer: bytes | CallError = b"") -> None:
        """Take the answer to everything."""
        self.answer = answer
        self.seen: list[tuple[str, bytes]] = []

    async def call(self, method: str, message: bytes, timeout: float) -> bytes:
        """Answer."""
        assert timeout > 0
        self.seen.append((method, message))
        if isinstance(self.answer, CallError):
            raise self.answer
        return self.answer


async def test_the_node_is_asked_for() -> None:
    """As JSON."""
    socket = Socket(agent_pb2.GetNodeReply(node='{"kind": "Node"}').SerializeToString())

    assert await Agent(socket).node() == {"kind": "Node"}
    assert socket.seen == [("/v1.Agent/GetNode", b"")]


@pytest.mark.parametrize("node", ["", "[]", "{"])
async def test_a_node_that_is_no_object_is_told(node: str) -> None:
    """Whatever the agent sends."""
    socket = Socket(agent_pb2.GetNodeReply(node=node).SerializeToString())
    with pytest.raises(AgentError, match="cannot read the node agent's Node object"):
        await Agent(socket).node()


async def test_patches_have_their_values_as_json_text() -> None:
    """A string is quoted; a removal has no value."""
    socket = Socket()
    await Agent(socket).patch(
        [
            {"op": "add", "path": "/metadata/labels/a", "value": "true"},
            {"op": "remove", "path": "/metadata/labels/b"},
        ]
    )
    sent = agent_pb2.PatchNodeRequest.FromString(socket.seen[0][1]).patches

    assert [(one.op, one.value) for one in sent] == [("add", '"true"'), ("remove", "")]


async def test_no_patches_are_no_call() -> None:
    """There is nothing to say."""
    socket = Socket()
    await Agent(socket).patch([])

    assert socket.seen == []


async def test_capacities_are_set() -> None:
    """By name."""
    socket = Socket()
    await Agent(socket).capacity({"cmk.intel.com/cores": "2"})
    sent = agent_pb2.UpdateNodeCapacityRequest.FromString(socket.seen[0][1])

    assert dict(sent.capacities) == {"cmk.intel.com/cores": "2"}


async def test_an_agent_that_fails_is_told() -> None:
    """With what was asked of it."""
    socket = Socket(CallError(Code.UNAVAILABLE, "not there"))
    with pytest.raises(AgentError, match=r"the node agent's GetNode failed: .*not there"):
        await Agent(socket).node()


async def test_without_an_agent_every_call_fails() -> None:
    """It is disabled."""
    with pytest.raises(AgentError, match="agent interface is disabled"):
        await Agent(None).node()


@given(st.text())
def test_pointers_lead_back(key: str) -> None:
    """By the rules of JSON pointers."""
    step = agent.pointer(key)

    assert "/" not in step
    assert step.replace("~1", "/").replace("~0", "~") == key
    assert json.dumps(step)
