# SPDX-License-Identifier: Apache-2.0
"""The service of the Node object."""

import json
from typing import Any

import pytest
from unit.agent.requests import Request, Requests

from agent.kube import errors
from agent.services.node import TRIES, NodeService
from resmgr.agentapi import agent_pb2
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

NODE: dict[str, Any] = {
    "metadata": {"name": "n", "resourceVersion": "5", "labels": {"kept": "1"}},
    "spec": {},
}


class World:
    """A service, and the server behind it."""

    def __init__(self) -> None:
        """It has a Node."""
        self.api = Requests()
        self.node = json.loads(json.dumps(NODE))
        self.api.answer = self.answer
        self.refusals: list[errors.ApiError] = []
        self.health = ""
        service = NodeService(self.api, "n", label="group", health=lambda: self.health)
        self.handlers = service.handlers()

    def answer(self, request: Request) -> dict[str, Any]:
        """Give the Node, or refuse a change."""
        if request[0] == "PATCH" and self.refusals:
            self.node["metadata"]["resourceVersion"] += "1"
            raise self.refusals.pop(0)
        return dict(self.node)

    async def patch(self, *patches: tuple[str, str, str]) -> None:
        """Ask for changes."""
        made = [agent_pb2.JsonPatch(op=op, path=path, value=value) for op, path, value in patches]
        request = agent_pb2.PatchNodeRequest(patches=made)
        await self.handlers["/v1.Agent/PatchNode"](request.SerializeToString())

    @property
    def patches(self) -> list[Any]:
        """What was sent."""
        return [body for method, _, body in self.api.seen if method == "PATCH"]


@pytest.fixture
def world() -> World:
    """A service, and the server behind it."""
    return World()


LABEL = ("add", "/metadata/labels/cmk.intel.com~1cmk-node", '"true"')


async def test_the_node(world: World) -> None:
    """As JSON; what is wrong with the server is told."""
    reply = agent_pb2.GetNodeReply.FromString(await world.handlers["/v1.Agent/GetNode"](b""))
    world.api.failure = errors.Away(0, "away")
    with pytest.raises(CallError, match="failed to get node object: away") as caught:
        await world.handlers["/v1.Agent/GetNode"](b"")

    assert json.loads(reply.node) == NODE
    assert caught.value.status.code is Code.UNAVAILABLE


async def test_a_change_is_made_of_what_was_judged(world: World) -> None:
    """If somebody else has changed the Node meanwhile, it is judged anew."""
    world.refusals = [errors.Refused(422, "test failed")]
    await world.patch(LABEL)
    first, second = world.patches

    guard = {"op": "test", "path": "/metadata/resourceVersion"}
    change = {"op": LABEL[0], "path": LABEL[1], "value": "true"}
    assert first == [{**guard, "value": "5"}, change]
    assert second == [{**guard, "value": "51"}, change]


async def test_a_change_that_is_never_made(world: World) -> None:
    """It ends, with the server's words."""
    world.refusals = [errors.Refused(422, "test failed") for _ in range(100)]
    with pytest.raises(CallError, match="failed to patch node: test failed"):
        await world.patch(LABEL)

    assert len(world.patches) == TRIES


async def test_nothing_to_change(world: World) -> None:
    """Nobody is asked."""
    await world.patch()

    assert world.api.seen == []


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        (("remove", "/metadata/labels/kept", ""), Code.PERMISSION_DENIED),
        (("add", "/metadata/labels/group", '"a"'), Code.PERMISSION_DENIED),
        (("add", "/metadata/labels/x", "plain"), Code.INVALID_ARGUMENT),
        (("remove", "/metadata/labels/nothing", ""), Code.INVALID_ARGUMENT),
    ],
)
async def test_what_is_not_permitted(world: World, patch: tuple[str, str, str], code: Code) -> None:
    """It is refused together with everything else that was asked for."""
    with pytest.raises(CallError, match="cannot patch node") as caught:
        await world.patch(LABEL, patch)

    assert caught.value.status.code is code
    assert world.patches == []


async def test_capacities(world: World) -> None:
    """Of extended resources, as a patch of the status; one bad name refuses all."""
    handler = world.handlers["/v1.Agent/UpdateNodeCapacity"]
    good = {"cmk.intel.com/exclusive-cores": "3"}
    await handler(agent_pb2.UpdateNodeCapacityRequest(capacities=good).SerializeToString())
    bad = agent_pb2.UpdateNodeCapacityRequest(capacities={**good, "cpu": "3"})
    with pytest.raises(CallError, match="refusing to update capacity of native resource 'cpu'"):
        await handler(bad.SerializeToString())

    assert world.api.seen == [("PATCH", "/api/v1/nodes/n/status", {"status": {"capacity": good}})]


async def test_how_it_is(world: World) -> None:
    """Only who asks for the configuration hears of it."""
    world.health = "configuration error: bad"
    answers = []
    for query in ("", "config-status", "whatever"):
        request = agent_pb2.HealthCheckRequest(query=query).SerializeToString()
        reply = await world.handlers["/v1.Agent/HealthCheck"](request)
        answers.append(agent_pb2.HealthCheckReply.FromString(reply).error)

    assert answers == ["", "configuration error: bad", ""]


async def test_bytes_that_are_no_message(world: World) -> None:
    """They are refused, whatever the method."""
    for method in ("PatchNode", "UpdateNodeCapacity", "HealthCheck"):
        with pytest.raises(CallError) as caught:
            await world.handlers[f"/v1.Agent/{method}"](b"\xff")
        assert caught.value.status.code is Code.INVALID_ARGUMENT
