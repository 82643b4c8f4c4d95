# SPDX-License-Identifier: Apache-2.0
"""The runtime is back: what it has by then counts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from unit.resmgr.cri import tiny
from unit.resmgr.runtime import answers

from resmgr.cri import api_pb2 as api
from resmgr.daemon.serving import resync
from resmgr.model import Container
from resmgr.runtime.caller import Runtime
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


@pytest.fixture
async def node() -> AsyncIterator[tiny.Node]:
    """A node whose policy gives each container one of four CPUs."""
    async with tiny.node() as made:
        yield made


def listed(*container_ids: str, pod: str) -> answers.Runtime:
    """Make a runtime that has the tiny node's pod, and containers that run on all CPUs."""
    sandbox = api.PodSandbox(id=pod, metadata=tiny.pod_config().metadata)
    items = [
        api.Container(
            id=one,
            pod_sandbox_id=pod,
            metadata=api.ContainerMetadata(name="main"),
            state=api.CONTAINER_RUNNING,
        )
        for one in container_ids
    ]
    made = answers.Runtime(
        ListPodSandbox=api.ListPodSandboxResponse(items=[sandbox]).SerializeToString(),
        ListContainers=api.ListContainersResponse(containers=items).SerializeToString(),
    )
    linux = api.LinuxContainerResources(cpu_shares=2, cpuset_cpus="0-7")
    status = api.ContainerStatus(resources=api.ContainerResources(linux=linux))
    told = api.ContainerStatusResponse(status=status).SerializeToString()
    made.answers |= {f"ContainerStatus {one}": told for one in container_ids}
    return made


@contextlib.asynccontextmanager
async def back(node: tiny.Node, runtime: answers.Runtime) -> AsyncIterator[resync.Resync]:
    """Synchronise whenever it is wanted."""
    made = resync.Resync(Runtime(runtime), node.session, again=0)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run(), name="synchronisation")
        try:
            yield made
        finally:
            running.cancel()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - conditions of any kind
            await asyncio.sleep(0)


async def until_asked(runtime: answers.Runtime, node: tiny.Node, times: int = 1) -> None:
    """Wait until lists were asked for and what they say is carried out."""
    await until(
        lambda: (
            sum(method.endswith("ListContainers") for method, _ in runtime.seen) >= times
            and node.engine.ledger.touched is None
        )
    )
    await node.session.settled()


async def test_a_container_that_has_gone_gives_back_what_it_had(node: tiny.Node) -> None:
    """Without a word of the kubelet."""
    pod = await node.run_pod()
    await node.run(pod)
    runtime = listed(pod=pod)
    async with back(node, runtime) as made:
        made.want()
        await until_asked(runtime, node)

    assert node.find() is None
    assert node.engine.policy_state == {}


async def test_cpus_that_differ_are_put_right(node: tiny.Node) -> None:
    """The runtime tells of all CPUs, the policy gave one."""
    pod = await node.run_pod()
    container = await node.run(pod)
    runtime = listed(container, pod=pod)
    before = len(node.runtime.requests("UpdateContainerResources"))
    async with back(node, runtime) as made:
        made.want()
        await until_asked(runtime, node)
    (sent,) = node.runtime.requests("UpdateContainerResources")[before:]

    assert api.UpdateContainerResourcesRequest.FromString(sent).linux.cpuset_cpus == "0"


async def test_nothing_is_asked_before_it_is_wanted(node: tiny.Node) -> None:
    """The start has seen what there was."""
    runtime = listed(pod="p")
    async with back(node, runtime):
        await node.session.settled()

    assert runtime.seen == []


async def test_each_time_the_runtime_is_back_it_is_asked(node: tiny.Node) -> None:
    """One after the other."""
    runtime = listed(pod=await node.run_pod())
    async with back(node, runtime) as made:
        for times in (1, 2):
            made.want()
            await until_asked(runtime, node, times)

    assert len(runtime.seen) == 4


async def test_a_runtime_that_does_not_tell_is_asked_again(
    node: tiny.Node, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever its reason; the daemon works on with what it knows."""
    runtime = listed(pod=await node.run_pod())
    path = "/runtime.v1.RuntimeService/ListPodSandbox"
    answer = runtime.answers[path]
    runtime.answers[path] = CallError(Code.INTERNAL, "broken")
    async with back(node, runtime) as made:
        made.want()
        await until(lambda: runtime.seen)
        runtime.answers[path] = answer
        await until_asked(runtime, node)

    assert "cannot list the runtime's pods: broken (INTERNAL); asking again" in caplog.text


async def test_a_mistake_with_an_answer_ends_nothing(node: tiny.Node) -> None:
    """It is told, and the runtime is asked again; later ones count."""

    class Odd(answers.Runtime):
        """Has an answer once that nobody thought of."""

        async def call(self, method: str, message: bytes, timeout: float, /) -> bytes:
            answer = await super().call(method, message, timeout)
            if len(self.seen) == 1:
                raise ZeroDivisionError
            return answer

    pod = await node.run_pod()
    await node.run(pod)
    runtime = Odd()
    runtime.answers |= listed(pod=pod).answers
    async with back(node, runtime) as made:
        made.want()
        await until_asked(runtime, node)

    assert node.find() is None
    assert len(runtime.seen) == 3


def test_a_policy_that_decides_nothing_need_not_know_resources() -> None:
    """Others compare them with what they have decided."""
    containers = [Container("u:a", "p", "a", id="c1"), Container("u:b", "p", "b")]

    assert resync.known("none", containers) == {"c1"}
    assert resync.known("static", containers) == set()
