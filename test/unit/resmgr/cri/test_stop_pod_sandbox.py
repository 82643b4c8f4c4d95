# SPDX-License-Identifier: Apache-2.0
"""StopPodSandbox."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.model import ContainerState
from resmgr.wire.grpc.statuses import CallError


async def test_containers_give_back(node: tiny.Node) -> None:
    """All containers of a stopped pod have ended and hold nothing."""
    pod_id = await node.run_pod()
    await node.run(pod_id)
    await node.run(pod_id, "side")

    await node.stop_pod(pod_id)

    assert node.engine.policy_state == {}
    assert node.known().state is node.known("side").state is ContainerState.EXITED
    assert not node.engine.ledger.pods[pod_id].ready


async def test_nothing_is_given_back_when_the_runtime_fails(node: tiny.Node) -> None:
    """A pod that the runtime could not stop keeps what it has."""
    pod_id = await node.run_pod()
    await node.run(pod_id)
    node.runtime.failures["StopPodSandbox"] = tiny.failed()

    with pytest.raises(CallError):
        await node.stop_pod(pod_id)

    assert node.engine.policy_state == {"uid-1:main": 0}


async def test_an_unknown_pod_is_passed_on(node: tiny.Node) -> None:
    """A pod that nobody knows is stopped by the runtime all the same."""
    await node.stop_pod("pod-99")

    assert len(node.runtime.requests("StopPodSandbox")) == 1
