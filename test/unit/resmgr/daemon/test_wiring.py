# SPDX-License-Identifier: Apache-2.0
"""The whole daemon in one process, between a kubelet and a runtime on real sockets."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import AsyncIterator

import pytest
from unit.resmgr.daemon.fake_node import Node

from resmgr.agentapi import agent_pb2
from resmgr.cri import api_pb2 as api
from resmgr.daemon import prepare, wiring
from resmgr.daemon.command import flagtable
from resmgr.daemon.log import logs
from resmgr.daemon.prepare import CannotStart
from resmgr.daemon.process import held, notify
from resmgr.relay import downstream, intercept, router, server, turn, unary
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

STATIC = "policy: {Active: static, ReservedResources: {CPU: 1}}"
KLOG = {name: flag.default for name, flag in flagtable.KLOG.items()}


@contextlib.asynccontextmanager
async def running(node: Node, *more: str) -> AsyncIterator[wiring.Daemon]:
    """Run a daemon on the node until the block ends; then it stops as by SIGTERM."""
    stop = asyncio.Event()
    with contextlib.ExitStack() as taken:
        prepared, chosen = prepare.prepare(
            node.options(*more), taken, pid=1, now=lambda: 1_000_000.0
        )
        log = logs.Logs(io.StringIO(), KLOG, clock=lambda: 0.0)
        daemon = wiring.Daemon(prepared, chosen, log, notify.Notifier({}, 1), held.Held([]))
        async with asyncio.TaskGroup() as group:
            life = group.create_task(daemon.run(stop))
            try:
                yield daemon
            finally:
                stop.set()
                await life


def fallback(node: Node, text: str) -> str:
    """Write a fallback configuration; give the flag that names it."""
    path = node.folder / "fallback.cfg"
    path.write_text(text, encoding="utf-8")
    return f"--fallback-config={path}"


async def set_config(node: Node, **texts: str) -> str:
    """Give the daemon a configuration as the node agent does; give its answer."""
    request = agent_pb2.SetConfigRequest(node_name="n", config=texts)
    answer = await node.client("config.sock").call("SetConfig", request, "v1.Config")
    return agent_pb2.SetConfigReply.FromString(answer).error


async def test_a_container_goes_through_untouched_without_a_configuration(node: Node) -> None:
    """Policy `none`: the runtime gets what the kubelet has asked for."""
    async with running(node):
        kubelet = node.client()
        pod = await kubelet.pod("web")
        container = await kubelet.create(pod, "main", cpus=2)
        await kubelet.start(container)

    assert node.runtime.cpus(container) == ""
    assert node.runtime.states[container] == api.CONTAINER_RUNNING


async def test_a_policy_places_containers(node: Node) -> None:
    """Exclusive CPUs for one, and the others make room before it is created."""
    async with running(node, fallback(node, STATIC)):
        kubelet = node.client()
        shared = await kubelet.create(await kubelet.pod("a"), "shared", cpus=0)
        await kubelet.start(shared)
        before = node.runtime.cpus(shared)
        alone = await kubelet.create(await kubelet.pod("b"), "alone", cpus=2)

    assert before == "0-7"
    assert len(set(node.runtime.cpus(alone).replace("-", ",").split(","))) == 2
    assert node.runtime.updates[-1][0] == shared
    assert node.runtime.cpus(shared) != "0-7"


async def test_a_request_that_cannot_be_met_is_refused(node: Node) -> None:
    """With the policy's words; the runtime does not hear of it."""
    async with running(node, fallback(node, STATIC)):
        kubelet = node.client()
        pod = await kubelet.pod("a")
        with pytest.raises(CallError, match="failed to allocate container resources") as caught:
            await kubelet.create(pod, "greedy", cpus=8)

    assert caught.value.status.code is Code.RESOURCE_EXHAUSTED
    assert node.runtime.containers == {}


async def test_a_restart_keeps_what_was_placed(node: Node) -> None:
    """And sends no update to anybody."""
    flag = fallback(node, STATIC)
    async with running(node, flag):
        kubelet = node.client()
        alone = await kubelet.create(await kubelet.pod("a"), "alone", cpus=2)
        await kubelet.start(alone)
        first = node.runtime.cpus(alone)
    async with running(node, flag):
        other = await kubelet.create(await kubelet.pod("b"), "other", cpus=2)

    assert node.runtime.cpus(alone) == first
    assert not set(node.runtime.cpus(other).split("-")) & set(first.split("-"))
    assert node.runtime.updates == []


async def test_what_a_killed_daemon_has_not_sent_is_sent_at_the_next_start(node: Node) -> None:
    """The runtime has other CPUs for a container than were decided on."""
    flag = fallback(node, STATIC)
    async with running(node, flag):
        kubelet = node.client()
        alone = await kubelet.create(await kubelet.pod("a"), "alone", cpus=2)
        await kubelet.start(alone)
    decided = node.runtime.cpus(alone)
    node.runtime.containers[alone].linux.resources.cpuset_cpus = "0-7"
    async with running(node, flag):
        await kubelet.call("Version")

    assert node.runtime.cpus(alone) == decided


async def test_the_agents_configuration_counts_at_once_and_at_the_next_start(node: Node) -> None:
    """The policy is switched while a container runs, which is placed by the new one."""
    async with running(node):
        kubelet = node.client()
        container = await kubelet.create(await kubelet.pod("a"), "main", cpus=2)
        await kubelet.start(container)
        error = await set_config(node, policy="Active: static\nReservedResources: {CPU: 1}")
    placed = node.runtime.cpus(container)
    async with running(node, fallback(node, "policy: {Active: none}")):
        other = await kubelet.create(await kubelet.pod("b"), "other", cpus=2)

    assert error == ""
    assert placed
    assert node.runtime.cpus(other)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("Actve: static", "policy.Actve: unknown key, did you mean Active"),
        ("Active: static", "configuration rejected"),
        ("Active: static\nReservedResources: {CPU: 'cpuset:100'}", "configuration rejected"),
    ],
)
async def test_a_bad_configuration_of_the_agent_changes_nothing(
    node: Node, policy: str, words: str
) -> None:
    """Wrong by itself, or refused by the policy: told, the old policy goes on, also later."""
    flag = fallback(node, STATIC)
    async with running(node, flag):
        kubelet = node.client()
        pod = await kubelet.pod("a")
        error = await set_config(node, policy=policy)
        container = await kubelet.create(pod, "main", cpus=2)
    async with running(node, flag):
        await kubelet.call("Version")

    assert error.startswith("failed to apply configuration: configuration rejected:")
    assert words in error
    assert node.runtime.cpus(container)


async def test_the_policy_can_be_nailed_down(node: Node) -> None:
    """With --disable-policy-switch neither the agent nor a restart changes it."""
    flag = fallback(node, STATIC)
    async with running(node, flag, "--disable-policy-switch"):
        kubelet = node.client()
        await kubelet.call("Version")
        error = await set_config(node, policy="Active: none")
    with contextlib.ExitStack() as held, pytest.raises(CannotStart, match="policy static for act"):
        prepare.prepare(
            node.options("--disable-policy-switch"), held, pid=1, now=lambda: 1_000_000.0
        )

    assert "--disable-policy-switch is given" in error


async def test_adjustments_are_taken(node: Node) -> None:
    """None at all is fine, which agents send first; what cannot be read is an error of the call."""
    async with running(node):
        client = node.client("config.sock")
        answers = []
        for text in ("{}", "", '{"a": {}, "b": {}}'):
            request = agent_pb2.SetAdjustmentRequest(adjustment=text)
            answer = await client.call("SetAdjustment", request, "v1.Config")
            answers.append(sorted(agent_pb2.SetAdjustmentReply.FromString(answer).errors))
        bad = agent_pb2.SetAdjustmentRequest(adjustment="[")
        with pytest.raises(CallError, match="cannot read adjustments"):
            await client.call("SetAdjustment", bad, "v1.Config")

    assert answers == [[], [], []]


async def test_with_a_forced_configuration_the_agent_is_not_heard(node: Node) -> None:
    """It is told why; the file is read again on demand, a bad one is not taken."""
    path = node.folder / "force.cfg"
    path.write_text("policy: {Active: none}", encoding="utf-8")
    async with running(node, f"--force-config={path}") as daemon:
        kubelet = node.client()
        await kubelet.call("Version")
        answers = [await set_config(node, policy="Active: none"), await set_config(node)]
        path.write_text(STATIC, encoding="utf-8")
        daemon.reload()
        path.write_text("policy: {Active: nonsense}", encoding="utf-8")
        daemon.reload()
        container = await kubelet.create(await kubelet.pod("a"), "main", cpus=2)

    assert f"the forced configuration {path} counts" in answers[0]
    assert answers[1] == ""
    assert node.runtime.cpus(container)


async def test_pages_are_served_as_the_configuration_says(node: Node) -> None:
    """Metrics, those of containers too, and introspection at the configuration's address."""
    used = node.folder / "root/sys/fs/cgroup/memory/kubepods/poda" / ("a" * 64)
    used.mkdir(parents=True)
    (used / "memory.usage_in_bytes").write_text("4096")
    text = "instrumentation: {HTTPEndpoint: '127.0.0.1:0', PrometheusExport: true}"
    async with running(node, fallback(node, text)) as daemon:
        kubelet = node.client()
        container = await kubelet.create(await kubelet.pod("a"), "main", cpus=1)
        (port,) = daemon.ports
        metrics = await _get(port, "/metrics")
        shown = json.loads(await _get(port, "/introspect"))

    method = 'grpc_server_method="CreateContainer",grpc_server_status="OK"'
    assert f"cri_rm_grpc_io_server_completed_rpcs{{{method}}} 1" in metrics
    assert "cri_resmgr_runtime_connected 1" in metrics
    assert f'cgroup_memory_usage{{container_id="{used.name}",type="Bytes"}} 4096' in metrics
    assert list(shown["Pods"]["pod0"]["Containers"]) == [container]
    assert shown["System"]["Policy"] == "none"


async def test_pages_follow_the_forced_configuration(node: Node) -> None:
    """When it is read again, as they do the node agent's."""
    path = node.folder / "force.cfg"
    path.write_text("policy: {Active: none}", encoding="utf-8")
    async with running(node, f"--force-config={path}") as daemon:
        await node.client().call("Version")
        before = daemon.ports
        path.write_text("instrumentation: {HTTPEndpoint: '127.0.0.1:0'}", encoding="utf-8")
        daemon.reload()
        await node.until(lambda: daemon.ports)
        shown = json.loads(await _get(daemon.ports[0], "/introspect"))

    assert before == []
    assert shown["System"]["Policy"] == "none"


async def test_with_an_interval_metrics_are_those_of_the_last_reading(node: Node) -> None:
    """However often they are asked for."""
    text = "instrumentation: {HTTPEndpoint: '127.0.0.1:0', PrometheusExport: true}"
    async with running(node, fallback(node, text), "--metrics-interval=1h") as daemon:
        kubelet = node.client()
        await kubelet.call("Version")
        shown = [await _get(daemon.ports[0], "/metrics")]
        await kubelet.pod("a")
        shown.append(await _get(daemon.ports[0], "/metrics"))

    assert "cri_resmgr_pods 0" in shown[0]
    assert shown[1] == shown[0]


async def test_a_policy_is_asked_to_rebalance_at_intervals(node: Node) -> None:
    """Without any call of the kubelet."""
    async with running(node, fallback(node, STATIC), "--rebalance-interval=10ms") as daemon:
        await node.client().call("Version")
        session = daemon._session
        assert session is not None
        before = session.engine.sequence

        await node.until(lambda: session.engine.sequence > before + 2)


async def test_images_may_have_a_runtime_of_their_own(node: Node) -> None:
    """Calls of the image service go there, all others do not."""

    async def info(call: intercept.Call) -> unary.Reply:
        return unary.Reply(message=call.message + b"!")

    loop = asyncio.get_running_loop()
    shared = downstream.Shared(
        routes=router.for_service("runtime.v1.ImageService", {"ImageFsInfo": info}),
        turns=turn.Turn(loop),
        tasks=node.group,
        loop=loop,
    )
    path = str(node.folder / "images.sock")
    images = server.Server(path, shared)
    await images.start()
    async with running(node, f"--image-socket={path}"):
        kubelet = node.client()
        request = api.VersionRequest(version="x")
        answer = await kubelet.call("ImageFsInfo", request, "runtime.v1.ImageService")
        version = api.VersionResponse.FromString(await kubelet.call("Version"))
    await images.stop(0)

    assert answer == request.SerializeToString() + b"!"
    assert version.runtime_name == "containerd"


async def test_a_runtime_that_is_away_at_the_start_is_waited_for(node: Node) -> None:
    """The kubelet's socket is there when the runtime is."""
    await node.stop_runtime()
    async with running(node):
        early = (node.folder / "relay.sock").exists()
        await node.start_runtime()
        answer = await node.client().call("Version")

    assert not early
    assert api.VersionResponse.FromString(answer).runtime_name == "containerd"


async def test_an_untested_runtime_is_refused(node: Node) -> None:
    """With the flag that allows it."""
    node.runtime.name = "rkt"
    with pytest.raises(ExceptionGroup) as caught:
        await _run(node)
    error = caught.value.exceptions[0]

    assert isinstance(error, CannotStart)
    assert "use --allow-untested-runtimes to allow it" in str(error)


async def test_calls_under_way_end_before_the_daemon_does(node: Node) -> None:
    """SIGTERM in the middle of CreateContainer: the kubelet gets its answer."""
    node.runtime.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group, running(node):
        kubelet = node.client()
        pod = await kubelet.pod("a")
        creating = group.create_task(kubelet.create(pod, "main", cpus=1))
        group.create_task(_release(node))
        await node.until(lambda: node.runtime.held)

    assert creating.result() in node.runtime.containers
    assert not (node.folder / "relay.sock").exists()


async def test_messages_are_dumped_as_rules_say(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    """Intercepted and forwarded ones, with the container's name and without its secrets."""
    caplog.set_level(logging.INFO)
    text = "dump: {Config: 'full:CreateContainer,short:Version,off:.*'}"
    async with running(node, fallback(node, text)):
        kubelet = node.client()
        pod = await kubelet.pod("a")
        await kubelet.create(pod, "main", cpus=1)
        await kubelet.call("Version")
    lines = [record.message for record in caplog.records if record.name == "message"]

    assert lines[0] == "<of-main:main> CreateContainer => (intercepted) REQUEST"
    assert any("PASSWORD" in line for line in lines)
    assert not any("s3cret" in line for line in lines)
    assert lines[-1] == "Version <= (passthrough) REQUEST"


async def _run(node: Node) -> None:
    """Run a daemon that nobody stops."""
    async with running(node):
        await asyncio.Event().wait()


async def _get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer.partition("\r\n\r\n")[2]


async def _release(node: Node) -> None:
    """Answer once the relay's socket has gone."""
    await node.until(lambda: node.runtime.held)
    await node.until(lambda: not (node.folder / "relay.sock").exists())
    assert node.runtime.hold is not None
    node.runtime.hold.set()
