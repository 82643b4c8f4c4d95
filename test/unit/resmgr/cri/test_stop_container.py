# SPDX-License-Identifier: Apache-2.0
"""StopContainer."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.model import ContainerState
from resmgr.wire.grpc.statuses import CallError


async def test_it_gives_back(node: tiny.Node) -> None:
    """A stopped container has ended and holds nothing."""
    container_id = await node.run(await node.run_pod())

    await node.stop(container_id)

    assert node.known().state is ContainerState.EXITED
    assert node.engine.policy_state == {}


async def test_others_have_grown_when_it_is_answered(even: tiny.Node) -> None:
    """What one gives back is others' by the time of the answer."""
    pod_id = await even.run_pod()
    first, second = await even.run(pod_id, "first"), await even.run(pod_id, "second")

    await even.stop(first)

    assert even.runtime.cpus(second) == "0-7"


async def test_nothing_is_given_back_when_the_runtime_fails(node: tiny.Node) -> None:
    """A container that could not be stopped keeps what it has."""
    container_id = await node.run(await node.run_pod())
    node.runtime.failures["StopContainer"] = tiny.failed()

    with pytest.raises(CallError):
        await node.stop(container_id)

    assert node.engine.policy_state == {"uid-1:main": 0}
    assert node.known().state is ContainerState.RUNNING


async def test_a_dead_incarnation_holds_nothing(node: tiny.Node) -> None:
    """Stopping the former incarnation of a container leaves the present one alone."""
    pod_id = await node.run_pod()
    old = await node.run(pod_id)
    await node.create(pod_id, attempt=1)

    await node.stop(old)

    assert node.engine.policy_state == {"uid-1:main": 0}
