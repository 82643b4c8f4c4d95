# SPDX-License-Identifier: Apache-2.0
"""The runtime was away and is back: the daemon finds out by itself what has happened meanwhile.

No test here lists containers, as a kubelet would: that alone would put things right.
"""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest
from node import containerd, daemons, kubelet, relays

from resmgr.cri import api_pb2 as api
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
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(statuses.CallError):
                return await here.create(pod, config)
            await asyncio.sleep(0.1)


async def test_cpus_that_somebody_changed_meanwhile_are_put_right(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """And a container that somebody made meanwhile leaves the exclusive CPU."""
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
        async with relays.opened(between, runtime.socket):
            await daemons.until_cpus(shared, many, "0")
            await daemons.until_cpus(other, came, "0")
            after = kubelet.cpus(alone, one)

    assert during == ("0-1", "0-1")
    assert after == "1"


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
