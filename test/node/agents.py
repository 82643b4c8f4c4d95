# SPDX-License-Identifier: Apache-2.0
"""A node agent of ours: gives configurations to a daemon, and does what a daemon asks it for."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf import message

from resmgr.agentapi import agent_pb2
from resmgr.daemon.agentside import agent, config_service
from resmgr.relay import downstream, intercept, router, server, turn, unary, upstream

_PATIENCE = 60.0


@contextlib.asynccontextmanager
async def connecting(path: Path) -> AsyncIterator[upstream.Upstream]:
    """A connection to a socket, as soon as somebody listens there."""
    made = upstream.Upstream(str(path), turn.Turn(asyncio.get_running_loop()))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run(), name=made.path)
        try:
            yield made
        finally:
            running.cancel()


@contextlib.asynccontextmanager
async def connected(path: Path) -> AsyncIterator[upstream.Upstream]:
    """A connection to a socket where somebody listens."""
    async with connecting(path) as made:
        async with asyncio.timeout(_PATIENCE):
            while not made.connected:  # noqa: ASYNC110  # there is nothing to wait on
                await asyncio.sleep(0.005)
        yield made


async def give(path: Path, config: Mapping[str, str], *, timeout: float = _PATIENCE) -> str:
    """Give a configuration over a daemon's socket; give its complaint, nothing if it took it."""
    request = agent_pb2.SetConfigRequest(node_name="n", config=config)
    method = f"/{config_service.SERVICE}/SetConfig"
    async with connected(path) as there:
        answer = await unary.call(there, method, request.SerializeToString(), timeout=timeout)
    return agent_pb2.SetConfigReply.FromString(answer).error


class Agent:
    """What it was asked for; `node` is the Node object."""

    def __init__(self, node: dict[str, Any]) -> None:
        """Nothing was asked for yet."""
        self.node = node
        self.patches: list[tuple[str, str, str]] = []
        self.capacities: dict[str, str] = {}

    async def get_node(self, call: intercept.Call) -> unary.Reply:
        """Give the Node object."""
        del call
        return _reply(agent_pb2.GetNodeReply(node=json.dumps(self.node)))

    async def patch_node(self, call: intercept.Call) -> unary.Reply:
        """Remember patches."""
        request = agent_pb2.PatchNodeRequest.FromString(call.message)
        self.patches += [(one.op, one.path, one.value) for one in request.patches]
        return unary.Reply()

    async def update_capacity(self, call: intercept.Call) -> unary.Reply:
        """Remember capacities."""
        request = agent_pb2.UpdateNodeCapacityRequest.FromString(call.message)
        self.capacities |= dict(request.capacities)
        return unary.Reply()

    @property
    def handlers(self) -> dict[str, intercept.Handler]:
        """What answers which method."""
        return {
            "GetNode": self.get_node,
            "PatchNode": self.patch_node,
            "UpdateNodeCapacity": self.update_capacity,
        }


def _reply(answer: message.Message) -> unary.Reply:
    return unary.Reply(message=answer.SerializeToString())


@contextlib.asynccontextmanager
async def served(
    path: Path, service: str, handlers: Mapping[str, intercept.Handler]
) -> AsyncIterator[server.Server]:
    """A gRPC service on a socket."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        routes = router.for_service(service, handlers)
        made = server.Server(str(path), downstream.Shared(routes, turn.Turn(loop), tasks, loop))
        await made.start()
        try:
            yield made
        finally:
            await made.stop(0)


@contextlib.asynccontextmanager
async def serving(path: Path, node: dict[str, Any]) -> AsyncIterator[Agent]:
    """An agent that listens."""
    made = Agent(node)
    async with served(path, agent.SERVICE, made.handlers):
        yield made
