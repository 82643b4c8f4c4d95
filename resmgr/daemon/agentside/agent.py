# SPDX-License-Identifier: Apache-2.0
"""Client of the gRPC service `v1.Agent`: what the node agent does for us (node agent, section 3.3).

The agent need not be there: calls wait for it until their time is up, and its absence is one line
in the log.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from ...agentapi import agent_pb2, services
from ...protobuf import reading
from ...relay import unary, upstream
from ...wire.grpc.codes import Code
from ...wire.grpc.statuses import CallError

SERVICE: Final = services.AGENT
TIMEOUT: Final = 10.0

_LEAST: Final = 0.05
"""Seconds that a call has in any case once the agent is there."""


class AgentError(Exception):
    """The agent did not do what it was asked for; the text says why."""


class Caller(Protocol):
    """Makes calls on the agent's socket."""

    async def call(self, method: str, message: bytes, timeout: float, /) -> bytes:
        """Give the answer of a method, named by its path. Raises `CallError`."""


class Socket:
    """Makes calls on a connection of the relay; they wait for the agent to be there."""

    def __init__(self, there: upstream.Upstream) -> None:
        """Take the connection; somebody else keeps it."""
        self._there = there

    async def arrived(self) -> None:
        """Wait until the agent is there."""
        await self._there.arrived()

    async def call(self, method: str, message: bytes, timeout: float) -> bytes:
        """Give the answer, within `timeout` seconds with the wait. Raises `CallError`."""
        clock = asyncio.get_running_loop().time
        end = clock() + timeout
        try:
            async with asyncio.timeout_at(end):
                await self._there.arrived()
        except TimeoutError as error:
            raise CallError(Code.DEADLINE_EXCEEDED, self._there.refusal) from error
        return await unary.call(self._there, method, message, timeout=max(end - clock(), _LEAST))


class Agent:
    """The node agent; without a caller it is disabled and every call fails."""

    def __init__(self, caller: Caller | None) -> None:
        """Take a connection to it, None where none is wanted."""
        self._caller = caller

    async def node(self, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Give the Node object. Raises `AgentError`."""
        answer = await self._call("GetNode", b"", timeout)
        try:
            node = json.loads(reading.read(agent_pb2.GetNodeReply, answer).node)
        except (reading.Unreadable, ValueError, RecursionError) as error:
            raise AgentError(f"cannot read the node agent's Node object: {error}") from error
        if not isinstance(node, dict):
            raise AgentError("cannot read the node agent's Node object: it is no JSON object")
        return node

    async def patch(self, patches: Sequence[Mapping[str, Any]], timeout: float = TIMEOUT) -> None:
        """Change the Node object by JSON patches (`op`, `path`, `value`). Raises `AgentError`."""
        if not patches:
            return
        request = agent_pb2.PatchNodeRequest()
        for one in patches:
            value = json.dumps(one["value"]) if "value" in one else ""
            request.patches.add(op=one["op"], path=one["path"], value=value)
        await self._call("PatchNode", request.SerializeToString(), timeout)

    async def capacity(self, capacities: Mapping[str, str], timeout: float = TIMEOUT) -> None:
        """Set extended resources of the Node. Raises `AgentError`."""
        request = agent_pb2.UpdateNodeCapacityRequest(capacities=dict(capacities))
        await self._call("UpdateNodeCapacity", request.SerializeToString(), timeout)

    async def _call(self, method: str, message: bytes, timeout: float) -> bytes:
        if self._caller is None:
            raise AgentError("agent interface is disabled")

        try:
            return await self._caller.call(f"/{SERVICE}/{method}", message, timeout)
        except CallError as error:
            raise AgentError(f"the node agent's {method} failed: {error}") from error


def pointer(key: str) -> str:
    """Give a key as a step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
