# SPDX-License-Identifier: Apache-2.0
"""The runtime was away and is back: the daemon finds out by itself what has happened meanwhile.

No test here lists containers, as a kubelet would: that alone would put things right.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from node import containerd, daemons, kubelet, relays

from resmgr.cri import api_pb2 as api
from resmgr.relay import observe
from resmgr.wire.grpc import codes, statuses

CPU = 1024


def end(pod: kubelet.Pod, container: str) -> None:
    """Kill the processes of a container, without a word to its runtime."""
    folder = kubelet.CGROUPS / "cpuset" / pod.cgroup.removeprefix("/") / container
    for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
        os.kill(int(pid), signal.SIGKILL)


async def test_a_container_that_ended_meanwhile_gives_its_cpu_back(
    static: daemons.Node, runtime: containerd.Containerd
) -> None:
    """The others may run on it, and the next container can have it alone."""
    here = static.kubelet
    shared, alone = await here.run_pod("shared"), await here.run_pod("alone", kubelet.GUARANTEED)
    many, one = await here.run(shared), await here.run(alone, shares=CPU)
    before = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    runtime.kill()
    try:
        end(alone, one)
    finally:
        await asyncio.to_thread(runtime.start)
    await daemons.until_cpus(shared, many, "0-1")
    other = await here.run_pod("other", kubelet.GUARANTEED)
    second = await here.run(other, shares=CPU)

    assert before == ("0", "1")
    assert kubelet.cpus(other, second) == "1"
    assert kubelet.cpus(shared, many) == "0"


async def test_what_still_runs_keeps_what_it_has(
    static: daemons.Node, runtime: containerd.Containerd
) -> None:
    """A creation that was cut off is made again, and is pinned as the first one would be."""
    here = static.kubelet
    shared, alone = await here.run_pod("shared"), await here.run_pod("alone", kubelet.GUARANTEED)
    many = await here.run(shared)
    config = here.container_config("main", shares=CPU)
    runtime.freeze()
    creating = asyncio.create_task(here.create(alone, config), name="creating")
    await has_asked(static)
    runtime.kill()
    await asyncio.to_thread(runtime.start)
    with pytest.raises(statuses.CallError) as cut_off:
        await creating
    await static.daemon.logged("learnt what the runtime has")
    one = await again(here, alone, config)
    await here.start(one)

    assert cut_off.value.status.code is codes.Code.UNAVAILABLE
    assert kubelet.cpus(alone, one) == "1"
    assert kubelet.cpus(shared, many) == "0"


async def has_asked(node: daemons.Node) -> None:
    """Wait until a creation has got as far as the runtime."""
    await node.daemon.logged("has CPUs 1 for itself")


async def again(here: kubelet.Kubelet, pod: kubelet.Pod, config: api.ContainerConfig) -> str:
    """Create a container as often as it takes."""
    async with asyncio.timeout(daemons.PATIENCE):
        while True:
            with contextlib.suppress(statuses.CallError):
                return await here.create(pod, config)
            await asyncio.sleep(0.1)


async def test_cpus_that_somebody_changed_meanwhile_are_put_right(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """A container that somebody made meanwhile leaves the exclusive CPU; nobody else is updated."""
    updated: list[str] = []

    def note(what: observe.Observed) -> None:
        request = api.UpdateContainerResourcesRequest.FromString(what.request or b"")
        updated.append(request.container_id)

    between = tmp_path / "between.sock"
    async with contextlib.AsyncExitStack() as held:
        async with relays.opened(between, runtime.socket):
            node = await held.enter_async_context(
                daemons.node(runtime, tmp_path, daemons.STATIC, upstream=between)
            )
            here = node.kubelet
            shared = await here.run_pod("shared")
            alone = await here.run_pod("alone", kubelet.GUARANTEED)
            many, one = await here.run(shared), await here.run(alone, shares=CPU)
        await node.past.update(many, cpuset_cpus="0-1")
        other = await node.past.run_pod("other")
        came = await node.past.run(other)
        during = kubelet.cpus(shared, many), kubelet.cpus(other, came)
        observers = {"UpdateContainerResources": note}
        async with relays.opened(between, runtime.socket, observers=observers):
            await daemons.until_cpus(shared, many, "0")
            await daemons.until_cpus(other, came, "0")
            after = kubelet.cpus(alone, one)

    assert during == ("0-1", "0-1")
    assert after == "1"
    assert sorted(updated) == sorted([many, came])


async def test_a_runtime_that_comes_and_goes_under_load(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """While containers come and go, each that runs in the end is where it has to be."""
    between = tmp_path / "between.sock"
    stopping = asyncio.Event()
    kept: list[str] = []

    async def work(here: kubelet.Kubelet, pod: kubelet.Pod) -> None:
        attempt = 0
        while not stopping.is_set():
            attempt += 1
            with contextlib.suppress(statuses.CallError):
                made = await here.create(pod, here.container_config(f"one{attempt}"))
                await here.start(made)
                if attempt % 2:
                    await here.stop(made)
                    await here.remove(made)
                else:
                    kept.append(made)
            await asyncio.sleep(0.01)

    async with contextlib.AsyncExitStack() as held:
        async with relays.opened(between, runtime.socket):
            node = await held.enter_async_context(
                daemons.node(runtime, tmp_path, daemons.STATIC, upstream=between)
            )
            here = node.kubelet
            alone = await here.run_pod("alone", kubelet.GUARANTEED)
            one = await here.run(alone, shares=CPU)
            pods = {pod.id: pod for pod in [await here.run_pod(f"pod{n}") for n in range(4)]}
        tasks = await held.enter_async_context(asyncio.TaskGroup())
        workers = [tasks.create_task(work(here, pod), name=pod.id) for pod in pods.values()]
        for times in (1, 2):
            async with relays.opened(between, runtime.socket):
                await reached(lambda: learnt(node), times)
                await reached(lambda: len(kept), len(kept) + 4)
        async with relays.opened(between, runtime.socket):
            await reached(lambda: learnt(node), 3)
            stopping.set()
            await asyncio.gather(*workers)
            await here.stop(one)
            running = [
                (pods[each.pod_sandbox_id], each.id)
                for each in await node.past.containers()
                if each.state == api.CONTAINER_RUNNING and each.pod_sandbox_id in pods
            ]
            for each in running:
                await daemons.until_cpus(*each, "0-1")
            other = await here.run_pod("other", kubelet.GUARANTEED)
            second = await here.run(other, shares=CPU)
            found = [kubelet.cpus(*each) for each in running]
            last = kubelet.cpus(other, second)

    assert len(running) >= 8
    assert last == "1"
    assert set(found) == {"0"}


def learnt(node: daemons.Node) -> int:
    """How often the daemon has looked at what the runtime has."""
    return node.daemon.log.read_text().count("learnt what the runtime has")


async def reached(count: Callable[[], int], enough: int) -> None:
    """Wait until something is as many as that."""
    async with asyncio.timeout(daemons.PATIENCE):
        while count() < enough:  # noqa: ASYNC110  # numbers of any kind
            await asyncio.sleep(0.02)


async def test_a_container_that_nobody_has_told_of(static: daemons.Node) -> None:
    """Made past the daemon and started through it: it leaves the exclusive CPU soon after."""
    here = static.kubelet
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    one = await here.run(alone, shares=CPU)
    other = await static.past.run_pod("other")
    came = await static.past.create(other, here.container_config("main"))
    await here.start(came)
    await daemons.until_cpus(other, came, "0")

    assert kubelet.cpus(alone, one) == "1"
