# SPDX-License-Identifier: Apache-2.0
"""Whole lives of pods, with failures at every point: what is meant and what is stay the same."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.resmgr.cri import tiny
from unit.resmgr.engine import toy

from resmgr import cpuset
from resmgr.cri import api_pb2
from resmgr.model import ContainerState
from resmgr.wire.grpc.statuses import CallError

HELD = {ContainerState.CREATED, ContainerState.RUNNING}

STEPS = ("create", "start", "stop", "remove", "resize", "exit", "list", "anew")
ENDS = ("well", "refused", "lost", "lost-but-done", "cancelled", "cancelled-but-done")

STEP = st.tuples(st.sampled_from(STEPS), st.sampled_from(("a", "b", "c")), st.sampled_from(ENDS))


def newest(node: tiny.Node, name: str) -> str:
    """Give the id of the newest container of a name that the runtime has, else no id."""
    found = [one.id for one in node.runtime.containers.values() if one.metadata.name == name]
    return found[-1] if found else "c0"


def request(node: tiny.Node, pod_id: str, step: str, name: str, attempt: int) -> tuple[str, Any]:
    """Give method and request of a step."""
    container_id = newest(node, name)
    match step:
        case "create":
            return "CreateContainer", tiny.create_request(pod_id, name, attempt)
        case "start":
            return "StartContainer", api_pb2.StartContainerRequest(container_id=container_id)
        case "stop":
            return "StopContainer", api_pb2.StopContainerRequest(container_id=container_id)
        case "remove":
            return "RemoveContainer", api_pb2.RemoveContainerRequest(container_id=container_id)
        case _:
            linux = api_pb2.LinuxContainerResources(cpu_shares=512, cpuset_cpus="63")
            return "UpdateContainerResources", api_pb2.UpdateContainerResourcesRequest(
                container_id=container_id, linux=linux
            )


class Faulty:
    """The runtime's answer to the next call of a method; `Runtime` has a method for each."""

    def __init__(self, node: tiny.Node, method: str, end: str) -> None:
        """Stand in the way of one method."""
        self.node, self.method, self.end = node, method, end
        self.real = getattr(node.runtime, f"_{method}")
        self.task: asyncio.Task[bytes] | None = None

    def __call__(self, message: bytes) -> bytes:
        """Answer once, as it is meant to end."""
        setattr(self.node.runtime, f"_{self.method}", self.real)
        done = b""
        if not self.end.startswith(("refused", "lost", "cancelled")) or self.end.endswith("done"):
            done = self.real(message)
        if self.end == "refused":
            raise tiny.failed()
        if self.end.startswith("lost"):
            raise tiny.unavailable()
        if self.end.startswith("cancelled"):
            raise asyncio.CancelledError
        return done


async def make_step(node: tiny.Node, pod_id: str, step: tuple[str, str, str], attempt: int) -> None:
    """Make one step, which ends as it is meant to."""
    kind, name, end = step
    container_id = newest(node, name)
    if kind == "list":
        await node.list_all()
    elif kind == "anew":
        pass
    elif kind == "exit":
        if container_id in node.runtime.containers:
            node.runtime.containers[container_id].state = api_pb2.CONTAINER_EXITED
    elif kind == "resize" and node.engine.ledger.find(container_id) is None:
        pass  # Nobody but the runtime knows it: what it is resized to is no business of ours.
    elif kind == "create" or container_id in node.runtime.containers:
        method, message = request(node, pod_id, kind, name, attempt)
        setattr(node.runtime, f"_{method}", Faulty(node, method, end))
        with contextlib.suppress(CallError, asyncio.CancelledError):
            await node.call(method, message.SerializeToString())
    await node.session.settled()


def wrong(node: tiny.Node) -> list[str]:
    """Tell which containers do not have at the runtime what they are meant to have."""
    known = node.engine.ledger.containers.values()
    return [
        one.name
        for one in known
        if one.state in HELD
        and one.id in node.runtime.containers
        and node.runtime.cpus(one.id) != cpuset.show(one.linux.cpuset_cpus)
    ]


def overlapping(node: tiny.Node) -> bool:
    """Tell whether two containers that are held are meant to have the same CPU."""
    sets = [one.linux.cpuset_cpus for one in node.engine.ledger.alive()]
    return (
        sum(one.bit_count() for one in sets)
        != cpuset.of(cpu for one in sets for cpu in cpuset.ids(one)).bit_count()
    )


async def live(steps: Sequence[tuple[str, str, str]]) -> None:
    """Lead the life of a pod, and look at everything after each step."""
    async with tiny.node(tiny.Even(cpus=63)) as node:
        pod_id = await node.run_pod()
        for attempt, step in enumerate(steps):
            if step[0] == "anew":
                pod_id = await node.run_pod()
            await make_step(node, pod_id, step, attempt)
            assert wrong(node) == []
            assert not overlapping(node)
        await node.list_all()
        for found in node.runtime.containers.values():
            if found.state == api_pb2.CONTAINER_CREATED:
                await node.start(found.id)
        await node.stop_pod(pod_id)
        await node.remove_pod(pod_id)
        await node.list_all()
        assert node.engine.policy_state == ()
        assert node.engine.ledger.containers == {}
        assert node.session.creations == {}


@given(st.lists(STEP, max_size=12))
@settings(deadline=None)
def test_whatever_fails_nothing_is_lost_or_doubled(steps: list[tuple[str, str, str]]) -> None:
    """After any steps with any ends each held container has what it is meant to have, alone."""
    asyncio.run(live(steps))


@pytest.mark.parametrize("end", ENDS)
async def test_one_life_with_each_end_of_a_creation(end: str) -> None:
    """A pod's plain life goes on after whatever end of its first attempt."""
    steps = [
        ("create", "a", end),
        ("list", "a", ""),
        ("create", "a", "well"),
        ("start", "a", "well"),
    ]

    await live(steps)


async def test_calls_at_the_same_time() -> None:
    """Fifty containers created, started and stopped at once: each has what it is meant to have."""
    async with tiny.node(tiny.Even(cpus=200)) as node:
        pod_id = await node.run_pod()

        async def lead(number: int) -> None:
            container_id = await node.run(pod_id, f"n{number}")
            if number % 3 == 0:
                await node.stop(container_id)

        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(lead(number))
        await node.session.settled()

        assert wrong(node) == []
        assert not overlapping(node)
        assert len(node.engine.ledger.alive()) == 33


async def test_a_whole_node_without_a_policy() -> None:
    """With the policy that does nothing, every byte that the kubelet sends arrives as it is."""
    async with tiny.node(tiny.none()) as node:
        pod_id = await node.run_pod()
        container_id = await node.run(pod_id)
        await node.resize(container_id, cpu_shares=2, cpuset_cpus="1")
        await node.stop(container_id)
        await node.remove(container_id)
        await node.stop_pod(pod_id)
        await node.remove_pod(pod_id)

        assert [name for name, _ in node.runtime.seen] == [
            "RunPodSandbox",
            "CreateContainer",
            "StartContainer",
            "UpdateContainerResources",
            "StopContainer",
            "RemoveContainer",
            "StopPodSandbox",
            "RemovePodSandbox",
        ]
        assert node.runtime.requests("CreateContainer") == [
            tiny.create_request(pod_id).SerializeToString()
        ]
        assert node.effects.plans == []
        assert node.listener.troubles == []


async def test_a_policy_that_is_full_takes_up_again() -> None:
    """After a refusal, a container finds room as soon as another one has ended."""
    async with tiny.node(toy.OneEach(cpus=1)) as node:
        pod_id = await node.run_pod()
        first = await node.run(pod_id, "first")
        with pytest.raises(CallError):
            await node.create(pod_id, "second")

        await node.stop(first)

        assert node.runtime.cpus(await node.create(pod_id, "second")) == "0"
