# SPDX-License-Identifier: Apache-2.0
"""UpdateContainerResources."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.cri import session
from resmgr.engine import events
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


def last(node: tiny.Node) -> bytes:
    """Give the latest update that the runtime got."""
    return node.runtime.requests("UpdateContainerResources")[-1]


async def test_a_resize_is_applied(node: tiny.Node) -> None:
    """Shares and limits go to the runtime, byte for byte as they came, and are known."""
    container_id = await node.run(await node.run_pod())

    sent = await node.resize(container_id, cpu_shares=512, memory_limit_in_bytes=1 << 28)

    assert last(node) == sent
    assert node.known().linux.shares == 512
    assert node.known().requirements.cpu_request == 500


async def test_cpu_sets_stay_the_policys(node: tiny.Node) -> None:
    """A CPU set in the request is replaced by the policy's; what the policy leaves is not."""
    container_id = await node.run(await node.run_pod())

    await node.resize(container_id, cpu_shares=512, cpuset_cpus="2-3", cpuset_mems="1")

    got = node.runtime.resources[container_id]
    assert (got.cpuset_cpus, got.cpuset_mems, got.cpu_shares) == ("0", "1", 512)


async def test_none_forwards_untouched(none: tiny.Node) -> None:
    """With the policy that does nothing, the kubelet's own CPU sets arrive."""
    container_id = await none.run(await none.run_pod())

    sent = await none.resize(container_id, cpuset_cpus="2-3")

    assert last(none) == sent


async def test_what_cannot_be_is_refused(node: tiny.Node) -> None:
    """A resize that the policy cannot meet is refused, and the container stays what it was."""
    container_id = await node.run(await node.run_pod())
    before = node.known()

    with pytest.raises(CallError) as caught:
        await node.resize(container_id, cpu_shares=4096)

    assert caught.value.status.code is Code.RESOURCE_EXHAUSTED
    assert "only one CPU each" in caught.value.status.message
    assert node.runtime.requests("UpdateContainerResources") == []
    assert node.known() == before


async def test_what_the_runtime_refuses_is_taken_back(node: tiny.Node) -> None:
    """The runtime's error is passed on, and the container is known as it was."""
    container_id = await node.run(await node.run_pod())
    error = node.runtime.failures["UpdateContainerResources"] = tiny.failed(Code.INTERNAL)

    with pytest.raises(CallError) as caught:
        await node.resize(container_id, cpu_shares=512)

    assert caught.value is error
    assert node.known().linux.shares == 1024


async def test_when_nobody_knows_it_counts_as_done(node: tiny.Node) -> None:
    """When the runtime was lost on the way, the resize is what is meant to be."""
    container_id = await node.run(await node.run_pod())
    node.runtime.failures["UpdateContainerResources"] = tiny.unavailable()

    with pytest.raises(CallError):
        await node.resize(container_id, cpu_shares=512)

    assert node.known().linux.shares == 512


async def test_unknown_containers_are_passed_on(node: tiny.Node) -> None:
    """A container that nobody knows is resized by the runtime, and that is told."""
    container_id = await node.run(await node.run_pod())
    await node.session.take(events.ContainerRemoved(container_id)).carried_out()

    sent = await node.resize(container_id, cpu_shares=512, cpuset_cpus="2")

    assert last(node) == sent
    assert node.listener.kinds == [session.Trouble.UNKNOWN]


async def test_unreadable_requests_are_passed_on(node: tiny.Node) -> None:
    """A request that cannot be read goes to the runtime as it came."""
    node.runtime._UpdateContainerResources = lambda message: b""  # type: ignore[method-assign]

    await node.call("UpdateContainerResources", b"\xff")

    assert last(node) == b"\xff"
    assert node.listener.kinds == [session.Trouble.UNREADABLE]
