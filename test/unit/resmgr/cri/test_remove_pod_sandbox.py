# SPDX-License-Identifier: Apache-2.0
"""RemovePodSandbox."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.wire.grpc.statuses import CallError


async def test_pod_and_containers_are_forgotten(node: tiny.Node) -> None:
    """Nothing is left of a removed pod."""
    pod_id = await node.run_pod()
    await node.run(pod_id)

    await node.remove_pod(pod_id)

    assert node.engine.policy_state == {}
    assert node.engine.ledger.pods == {}
    assert node.find() is None


async def test_also_when_the_runtime_fails(node: tiny.Node) -> None:
    """The runtime's error is passed on, and the pod is forgotten nevertheless."""
    pod_id = await node.run_pod()
    await node.run(pod_id)
    error = node.runtime.failures["RemovePodSandbox"] = tiny.failed()

    with pytest.raises(CallError) as caught:
        await node.remove_pod(pod_id)

    assert caught.value is error
    assert node.engine.ledger.pods == {}
