# SPDX-License-Identifier: Apache-2.0
"""RemoveContainer."""

import pytest
from unit.resmgr.cri import tiny

from resmgr.wire.grpc.statuses import CallError


async def test_it_is_forgotten(node: tiny.Node) -> None:
    """A removed container holds nothing and is not known any more."""
    container_id = await node.run(await node.run_pod())

    await node.remove(container_id)

    assert node.engine.policy_state == {}
    assert node.find() is None


async def test_also_when_the_runtime_fails(node: tiny.Node) -> None:
    """The runtime's error is passed on, and the container is forgotten nevertheless."""
    container_id = await node.run(await node.run_pod())
    error = node.runtime.failures["RemoveContainer"] = tiny.failed()

    with pytest.raises(CallError) as caught:
        await node.remove(container_id)

    assert caught.value is error
    assert node.find() is None


async def test_a_dead_incarnation_takes_nothing_along(node: tiny.Node) -> None:
    """Removing the former incarnation of a container leaves the present one alone."""
    pod_id = await node.run_pod()
    old = await node.run(pod_id)
    await node.create(pod_id, attempt=1)

    await node.remove(old)

    assert node.engine.policy_state == {"uid-1:main": 0}
    assert node.find() is not None
