# SPDX-License-Identifier: Apache-2.0
"""The service for the node agent; on a real socket in test_wiring."""

import asyncio
from collections.abc import Mapping

import pytest

from resmgr.agentapi import agent_pb2
from resmgr.daemon.agentside.config_service import ConfigService, Rejected
from resmgr.relay import intercept, unary
from resmgr.relay.peer import Peer
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

REQUEST = agent_pb2.SetConfigRequest(node_name="n", config={"policy": "x"}).SerializeToString()


def call(message: bytes, uid: int | None = 0) -> intercept.Call:
    """Make a call of a user."""
    caller = None if uid is None else Peer(pid=1, uid=uid)
    head = unary.request_head("/v1.Config/SetConfig")
    return intercept.Call(head, message, deadline=None, caller=caller, runtime=None)


class Taker:
    """Takes configurations one after the other, or rejects them."""

    def __init__(self, error: str = "") -> None:
        """Take what to reject them with."""
        self.error = error
        self.taken: list[Mapping[str, str]] = []
        self.under_way = 0
        self.most = 0

    async def apply(self, data: Mapping[str, str]) -> None:
        """Take one."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        if self.error:
            raise Rejected(self.error)
        self.taken.append(data)


def adjusted(text: str) -> Mapping[str, str]:
    """Refuse what is called so, and read nothing that is no text of ours."""
    if not text.startswith("{"):
        message = "no adjustments"
        raise ValueError(message)
    return {"a": "no"} if "refuse" in text else {}


async def set_adjustment(text: str, uid: int = 0) -> Mapping[str, str]:
    """Give the errors in the answer."""
    request = agent_pb2.SetAdjustmentRequest(node_name="n", adjustment=text).SerializeToString()
    service = ConfigService(Taker().apply, adjusted, 1000).handlers()["SetAdjustment"]
    reply = await service(call(request, uid))
    return dict(agent_pb2.SetAdjustmentReply.FromString(reply.message).errors)


async def set_config(taker: Taker, message: bytes = REQUEST, uid: int | None = 0) -> str:
    """Give the error in the answer."""
    reply = await ConfigService(taker.apply, adjusted, 1000).handlers()["SetConfig"](
        call(message, uid)
    )
    return agent_pb2.SetConfigReply.FromString(reply.message).error


@pytest.mark.parametrize("uid", [0, 1000])
async def test_root_and_the_daemons_user_may_configure(uid: int) -> None:
    """The texts are handed on."""
    taker = Taker()

    assert await set_config(taker, uid=uid) == ""
    assert taker.taken == [{"policy": "x"}]


@pytest.mark.parametrize("uid", [1001, None])
async def test_others_may_not(uid: int | None) -> None:
    """Whoever the kernel says that they are."""
    taker = Taker()
    with pytest.raises(CallError) as caught:
        await set_config(taker, uid=uid)

    assert caught.value.status.code is Code.PERMISSION_DENIED
    assert taker.taken == []


async def test_a_rejected_configuration_is_an_answer() -> None:
    """The call itself went well."""
    assert (await set_config(Taker("no"))) == "failed to apply configuration: no"


async def test_bytes_that_are_no_request_are_refused() -> None:
    """As gRPC refuses."""
    with pytest.raises(CallError) as caught:
        await set_config(Taker(), b"\xff\xff")

    assert caught.value.status.code is Code.INVALID_ARGUMENT


async def test_configurations_are_taken_one_after_the_other() -> None:
    """However many come at once."""
    taker = Taker()
    service = ConfigService(taker.apply, adjusted, 1000).handlers()["SetConfig"]
    await asyncio.gather(*(service(call(REQUEST)) for _ in range(5)))

    assert len(taker.taken) == 5
    assert taker.most == 1


async def test_adjustments_are_taken() -> None:
    """Without errors."""
    assert await set_adjustment("{}") == {}


async def test_refused_adjustments_are_an_answer() -> None:
    """By name, or by container."""
    assert await set_adjustment('{"refuse": {}}') == {"a": "no"}


async def test_what_is_no_set_of_adjustments_is_refused() -> None:
    """As gRPC refuses."""
    with pytest.raises(CallError) as caught:
        await set_adjustment("[")

    assert caught.value.status.code is Code.INVALID_ARGUMENT


async def test_others_may_not_adjust() -> None:
    """Whoever they are."""
    with pytest.raises(CallError) as caught:
        await set_adjustment("{}", uid=1001)

    assert caught.value.status.code is Code.PERMISSION_DENIED
