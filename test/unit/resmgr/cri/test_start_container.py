# SPDX-License-Identifier: Apache-2.0
"""StartContainer."""

import asyncio

import pytest
from unit.resmgr.cri import tiny

from resmgr.cri import session
from resmgr.engine import events
from resmgr.model import ContainerState
from resmgr.wire.grpc.statuses import CallError


async def test_it_runs(node: tiny.Node) -> None:
    """A started container is known to run."""
    await node.run(await node.run_pod())

    assert node.known().state is ContainerState.RUNNING


async def test_any_state_is_the_runtimes_business(node: tiny.Node) -> None:
    """A container that runs already is passed on; the runtime decides."""
    container_id = await node.run(await node.run_pod())

    with pytest.raises(CallError, match="a container is started once"):
        await node.start(container_id)

    assert node.known().state is ContainerState.RUNNING


async def test_a_failed_start_changes_nothing(node: tiny.Node) -> None:
    """A container that did not start is still the created one, with what it was given."""
    container_id = await node.create(await node.run_pod())
    node.runtime.failures["StartContainer"] = tiny.failed()

    with pytest.raises(CallError):
        await node.start(container_id)

    assert node.known().state is ContainerState.CREATED
    assert node.engine.policy_state == {"uid-1:main": 0}


async def test_an_unknown_container_is_passed_on(node: tiny.Node) -> None:
    """A container that nobody knows is started by the runtime, and that is told."""
    container_id = await node.create(await node.run_pod())
    await node.session.take(events.ContainerRemoved(container_id)).carried_out()

    await node.start(container_id)

    assert len(node.runtime.requests("StartContainer")) == 1
    assert node.listener.troubles == [(session.Trouble.UNKNOWN, "StartContainer", container_id)]


async def test_what_is_decided_during_a_start_is_sent_again(even: tiny.Node) -> None:
    """A runtime that starts a container takes updates without effect: it is updated once more."""
    pod = await even.run_pod()
    container_id = await even.create(pod)
    gate = even.runtime.gates["StartContainer"] = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(even.start(container_id), name="start")
        await asyncio.sleep(0)
        await even.create(pod, "other")
        before = len(even.runtime.requests("UpdateContainerResources"))
        # What a runtime does that has read the former resources already.
        even.runtime.resources[container_id].cpuset_cpus = "0-7"
        gate.set()
        await starting

    assert len(even.runtime.requests("UpdateContainerResources")) == before + 1
    assert even.runtime.cpus(container_id) == "0-3"


async def test_a_start_without_a_decision_updates_nothing(even: tiny.Node) -> None:
    """The usual case costs no further call."""
    await even.run(await even.run_pod())

    assert even.runtime.requests("UpdateContainerResources") == []
