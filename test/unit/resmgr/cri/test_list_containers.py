# SPDX-License-Identifier: Apache-2.0
"""ListContainers."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.cri import api_pb2, interceptions, session
from resmgr.model import ContainerState


async def test_a_container_that_ended_gives_back(node: tiny.Node) -> None:
    """A container that is listed as ended holds nothing any more."""
    container_id = await node.run(await node.run_pod())
    node.runtime.containers[container_id].state = api_pb2.CONTAINER_EXITED

    await node.list_all()

    assert node.known().state is ContainerState.EXITED
    assert node.engine.policy_state == {}


async def test_a_container_that_has_gone_is_forgotten(node: tiny.Node) -> None:
    """A container that ran and is not listed any more is not known any more."""
    container_id = await node.run(await node.run_pod())
    del node.runtime.containers[container_id]

    await node.list_all()

    assert node.find() is None


async def test_an_old_list_says_nothing_of_what_is_new(node: tiny.Node) -> None:
    """A container that began to run after the list was asked for may be missing from it."""
    call = interceptions.WATCHED["ListContainers"](node.session)
    await node.run(await node.run_pod())

    call.read(b"")

    assert node.known().state is ContainerState.RUNNING


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x0a\x04\x0a\x02c1",  # by id
        b"\x0a\x02\x12\x00",  # by the state 0
        b"\x0a\x05\xa2\x06\x02\x08\x01",  # by something that is not invented yet
        b"\xa2\x06\x01\x01",  # the same, outside of the filter
    ],
)
async def test_a_filtered_list_says_nothing(node: tiny.Node, request_bytes: bytes) -> None:
    """A list that leaves something out, by whatever field, tells of no end."""
    container_id = await node.run(await node.run_pod())
    del node.runtime.containers[container_id]

    await node.list_all(request_bytes)

    assert node.find() is not None
    assert node.listener.troubles == []


async def test_an_empty_filter_filters_nothing(node: tiny.Node) -> None:
    """A filter without any field is none; the kubelet sends one."""
    container_id = await node.run(await node.run_pod())
    del node.runtime.containers[container_id]

    await node.list_all(b"\x0a\x00")

    assert node.find() is None


async def test_an_unreadable_answer_is_told(node: tiny.Node) -> None:
    """Answers that cannot be read change nothing."""
    await node.run(await node.run_pod())

    interceptions.WATCHED["ListContainers"](node.session).read(b"\xff")

    assert node.find() is not None
    assert node.listener.kinds == [session.Trouble.UNREADABLE]


async def test_an_unreadable_request_is_told(node: tiny.Node) -> None:
    """Nobody knows what its answer leaves out."""
    wanted = interceptions.WATCHED["ListContainers"](node.session).wanted(b"\xff")

    assert not wanted
    assert node.listener.kinds == [session.Trouble.UNREADABLE]
