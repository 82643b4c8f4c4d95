# SPDX-License-Identifier: Apache-2.0
"""CreateContainer."""

import asyncio
from dataclasses import replace

import pytest
from unit.resmgr.cri import tiny
from unit.resmgr.engine import toy

from resmgr.cri import api_pb2, session
from resmgr.engine import events
from resmgr.intents import ExportData
from resmgr.model import ContainerState, Hint
from resmgr.policy.interface import Step, Subject
from resmgr.state.changes import PutContainer
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


async def test_the_request_carries_what_was_decided(node: tiny.Node) -> None:
    """The container is created on the CPU that the policy gave it, and known by its id."""
    container_id = await node.create(await node.run_pod())

    assert node.runtime.cpus(container_id) == "0"
    assert node.runtime.resources[container_id].cpu_shares == 1024
    assert (node.known().id, node.known().state) == (container_id, ContainerState.CREATED)


async def test_it_is_written_before_it_goes_on(node: tiny.Node) -> None:
    """By the time the runtime is called, the container is remembered as being created."""
    pod_id = await node.run_pod()
    seen = len(node.runtime.seen)

    await node.create(pod_id)

    creating = [
        one
        for one in node.keep.changes
        if isinstance(one, PutContainer) and one.container.state is ContainerState.CREATING
    ]
    assert creating
    assert seen in node.keep.calls_before


async def test_nothing_to_change_goes_on_byte_for_byte(none: tiny.Node) -> None:
    """When nothing is decided, the very bytes go on, fields in whatever order."""
    pod_id = await none.run_pod()
    request = tiny.create_request(pod_id).SerializeToString()
    message = request + b"\xa2\x7d\x03new" + request

    await none.call("CreateContainer", message)

    assert none.runtime.requests("CreateContainer") == [message]


async def test_no_mount_is_added(node: tiny.Node) -> None:
    """A container sees no mount of ours unless its policy has something to tell it."""
    await node.create(await node.run_pod())

    sent = api_pb2.CreateContainerRequest.FromString(node.runtime.requests("CreateContainer")[0])
    assert list(sent.config.mounts) == []


async def test_devices_are_located_before_anything_is_decided(node: tiny.Node) -> None:
    """The engine hears of the container with its hints."""
    hint = Hint("/sys/devices/x", "0-3")

    def locate(event: events.ContainerCreating) -> events.ContainerCreating:
        return replace(event, container=replace(event.container, hints=(hint,)))

    node.session.locate = locate
    await node.create(await node.run_pod())

    assert node.known().hints == (hint,)


async def test_what_cannot_be_allocated_is_refused() -> None:
    """The kubelet hears why; the runtime hears nothing, and nothing is left of the container."""
    async with tiny.node(toy.OneEach(cpus=0)) as node:
        pod_id = await node.run_pod()
        with pytest.raises(CallError) as caught:
            await node.create(pod_id)

        assert caught.value.status.code is Code.RESOURCE_EXHAUSTED
        assert caught.value.status.message == (
            "failed to allocate container resources: no CPU is left"
        )
        assert [text for _, text in node.listener.refusals] == ["no CPU is left"]
        assert node.runtime.requests("CreateContainer") == []
        assert node.find() is None


async def test_a_failing_policy_loses_no_request(node: tiny.Node) -> None:
    """When the policy breaks down the request goes on untouched, the container is known."""
    pod_id = await node.run_pod()
    message = tiny.create_request(pod_id, "broken").SerializeToString()

    await node.call("CreateContainer", message)

    assert node.runtime.requests("CreateContainer") == [message]
    assert node.listener.kinds == [session.Trouble.POLICY]
    assert node.known("broken").state is ContainerState.CREATED


@pytest.mark.parametrize("message", [b"\xff", b"\x0a\x05p"])
async def test_an_unreadable_request_goes_on(node: tiny.Node, message: bytes) -> None:
    """A request that cannot be read goes on as it came; the runtime decides."""
    node.runtime._CreateContainer = lambda message: b""  # type: ignore[method-assign]

    assert await node.call("CreateContainer", message) == b""
    assert node.runtime.requests("CreateContainer") == [message]
    assert node.listener.kinds == [session.Trouble.UNREADABLE]


async def test_the_runtimes_error_gives_back(node: tiny.Node) -> None:
    """When the runtime refuses, its very error goes back and the CPU is free again."""
    pod_id = await node.run_pod()
    error = node.runtime.failures["CreateContainer"] = tiny.failed(Code.NOT_FOUND)

    with pytest.raises(CallError) as caught:
        await node.create(pod_id)

    assert caught.value is error
    assert node.engine.policy_state == {}
    assert node.find() is None


async def test_others_make_room_first(even: tiny.Node) -> None:
    """Before the request goes on, the others have been made smaller."""
    pod_id = await even.run_pod()
    first = await even.run(pod_id, "first")

    second = await even.create(pod_id, "second")

    assert [name for name, _ in even.runtime.seen][-2:] == [
        "UpdateContainerResources",
        "CreateContainer",
    ]
    assert (even.runtime.cpus(first), even.runtime.cpus(second)) == ("0-3", "4-7")


async def test_a_failed_update_does_not_stop_it(even: tiny.Node) -> None:
    """When another container cannot be made smaller, the request goes on, and that is told."""
    pod_id = await even.run_pod()
    await even.run(pod_id, "first")
    even.runtime.failures["UpdateContainerResources"] = tiny.failed()

    second = await even.create(pod_id, "second")

    assert even.runtime.cpus(second) == "4-7"
    assert even.listener.kinds == [session.Trouble.EFFECT]


async def test_what_changed_meanwhile_is_sent_after_it(even: tiny.Node) -> None:
    """A container that others made smaller while it was being created is updated at once."""
    pod_id = await even.run_pod()
    gate = even.runtime.gates["CreateContainer"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(even.create(pod_id, "first"))
        second = group.create_task(even.create(pod_id, "second"))
        while len(even.runtime.requests("CreateContainer")) < 2:
            even.runtime.arrived.clear()
            await even.runtime.arrived.wait()
        gate.set()

    assert even.runtime.cpus(first.result()) == "0-3"
    assert even.runtime.cpus(second.result()) == "4-7"
    assert even.known("first").linux.cpuset_cpus == 0x0F


async def begin(node: tiny.Node, pod_id: str) -> asyncio.Task[str]:
    """Have a container created by a runtime that does not answer."""
    node.runtime.gates["CreateContainer"] = asyncio.Event()
    node.runtime.arrived.clear()
    task = asyncio.get_running_loop().create_task(node.create(pod_id))
    await node.runtime.arrived.wait()
    return task


async def cut_off(node: tiny.Node, pod_id: str, *, landed: bool) -> str | None:
    """Cancel a call on its way; give the container's id if it landed in the runtime."""
    task = await begin(node, pod_id)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    del node.runtime.gates["CreateContainer"]
    if not landed:
        return None
    answer = node.runtime._CreateContainer(node.runtime.requests("CreateContainer")[-1])
    return api_pb2.CreateContainerResponse.FromString(answer).container_id


async def test_when_nobody_knows_it_stays_allocated(node: tiny.Node) -> None:
    """A call that is cancelled at the runtime leaves the container as being created."""
    await cut_off(node, await node.run_pod(), landed=False)

    assert node.known().state is ContainerState.CREATING
    assert node.engine.policy_state == {"uid-1:main": 0}


async def test_a_lost_runtime_is_the_same(node: tiny.Node) -> None:
    """When the runtime is lost on the way, nobody knows either."""
    pod_id = await node.run_pod()
    node.runtime.failures["CreateContainer"] = tiny.unavailable()

    with pytest.raises(CallError):
        await node.create(pod_id)

    assert node.known().state is ContainerState.CREATING


async def test_a_list_tells_the_id(node: tiny.Node) -> None:
    """A container that landed is found in the next list, and can be started through us."""
    landed = await cut_off(node, await node.run_pod(), landed=True)
    assert landed is not None

    await node.list_all()
    await node.start(landed)

    assert (node.known().id, node.known().state) == (landed, ContainerState.RUNNING)
    assert node.engine.policy_state == {"uid-1:main": 0}
    assert node.session.creations == {}


async def test_another_attempt_is_no_answer(node: tiny.Node) -> None:
    """A former incarnation in a list is not taken for the one that was cut off."""
    pod_id = await node.run_pod()
    old = await node.run(pod_id)
    await cut_off(node, pod_id, landed=False)
    node.runtime.containers[old].metadata.attempt = 7

    await node.list_all()

    assert node.known().id == ""


async def test_a_new_attempt_takes_its_place(node: tiny.Node) -> None:
    """When the kubelet tries again, there is one container with one CPU, not two."""
    pod_id = await node.run_pod()
    await cut_off(node, pod_id, landed=False)

    again = await node.create(pod_id, attempt=1)

    assert node.known().id == again
    assert node.engine.policy_state == {"uid-1:main": 0}
    assert node.session.creations == {}


async def test_the_end_of_the_pod_gives_back(node: tiny.Node) -> None:
    """A container that was cut off holds its CPU no longer than its pod."""
    pod_id = await node.run_pod()
    await cut_off(node, pod_id, landed=False)

    await node.remove_pod(pod_id)
    await node.list_all()

    assert node.engine.policy_state == {}
    assert node.session.creations == {}


async def test_a_late_answer_does_not_spoil_the_new_attempt(node: tiny.Node) -> None:
    """When two attempts are under way, the later one is the container, whoever answers last."""
    pod_id = await node.run_pod()
    first = await begin(node, pod_id)
    gate = node.runtime.gates.pop("CreateContainer")
    second = await node.create(pod_id, attempt=1)

    gate.set()
    await first

    assert node.known().id == second
    assert node.known().attempt == 1


async def test_cancelled_before_it_goes_on_gives_back(even: tiny.Node) -> None:
    """A call that is cancelled while others make room has created nothing."""
    pod_id = await even.run_pod()
    first = await even.run(pod_id, "first")
    gate = even.runtime.gates["UpdateContainerResources"] = asyncio.Event()
    even.runtime.arrived.clear()
    task = asyncio.get_running_loop().create_task(even.create(pod_id, "second"))
    await even.runtime.arrived.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await even.session.settled()

    assert even.find("second") is None
    assert even.runtime.cpus(first) == "0-7"


class Telling(toy.OneEach):
    """Tells the first container of a pod its CPU."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Export data of a container that is called main."""
        step = super().allocate(state, subject)
        if subject.container.name != "main":
            return step
        data = ExportData(subject.container.cache_id, (("EXCLUSIVE_CPUS", "0"),))
        return replace(step, intents=(*step.intents, data))


async def test_a_container_that_a_policy_tells_something_sees_it() -> None:
    """Written before the request goes on, and mounted at a fixed place; nobody else has a mount."""
    async with tiny.node(Telling()) as node:
        pod_id = await node.run_pod()
        await node.create(pod_id)
        await node.create(pod_id, "other")
    first, second = (
        api_pb2.CreateContainerRequest.FromString(one).config.mounts
        for one in node.runtime.requests("CreateContainer")
    )

    assert node.effects.plans[0].exports == {f"{tiny.POD_UID}:main": {"EXCLUSIVE_CPUS": "0"}}
    assert list(first) == [
        api_pb2.Mount(
            container_path="/.cri-resmgr",
            host_path=f"/data/{tiny.POD_UID}:main",
            readonly=True,
        )
    ]
    assert list(second) == []
