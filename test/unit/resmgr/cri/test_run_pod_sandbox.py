# SPDX-License-Identifier: Apache-2.0
"""RunPodSandbox."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.cri import api_pb2, session
from resmgr.model import Qos
from resmgr.wire.grpc.statuses import CallError


async def test_pod_is_known_once_it_runs(node: tiny.Node) -> None:
    """The pod has the runtime's id, and is remembered."""
    pod_id = await node.run_pod()

    pod = node.engine.ledger.pods[pod_id]
    assert (pod.name, pod.uid, pod.qos) == ("web", "uid-1", Qos.BURSTABLE)
    assert len(node.keep.changes) == 1


async def test_the_runtimes_error_is_passed_on(node: tiny.Node) -> None:
    """When the runtime fails, its very error goes back, and no pod is known."""
    error = node.runtime.failures["RunPodSandbox"] = tiny.failed()

    with pytest.raises(CallError) as caught:
        await node.run_pod()

    assert caught.value is error
    assert node.engine.ledger.pods == {}


async def test_a_former_sandbox_gives_back(node: tiny.Node) -> None:
    """When a pod is sandboxed anew, the containers of the old sandbox hold nothing any more."""
    old = await node.run_pod()
    await node.run(old)

    new = await node.run_pod()

    assert list(node.engine.ledger.pods) == [new]
    assert node.engine.policy_state == {}


async def test_an_unreadable_answer_goes_on(node: tiny.Node) -> None:
    """An answer that cannot be read is passed on, and told."""
    request = api_pb2.RunPodSandboxRequest(config=tiny.pod_config()).SerializeToString()
    node.runtime._RunPodSandbox = lambda message: b"\xff"  # type: ignore[method-assign]

    assert await node.call("RunPodSandbox", request) == b"\xff"
    assert node.listener.kinds == [session.Trouble.UNREADABLE]
