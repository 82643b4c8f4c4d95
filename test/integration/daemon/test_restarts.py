# SPDX-License-Identifier: Apache-2.0
"""Daemon and runtime end and come back while containers run."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import containerd, daemons, kubelet, relays

from resmgr.cri import api_pb2 as api
from resmgr.relay import observe
from resmgr.wire.grpc import codes, statuses

CPU = 1024


@pytest.fixture
async def seen() -> list[str]:
    """Containers whose resources the daemon has updated at the runtime, in order."""
    return []


@pytest.fixture
async def watched(
    runtime: containerd.Containerd, tmp_path: Path, seen: list[str]
) -> AsyncIterator[daemons.Node]:
    """A daemon with policy static, and a look at what it sends to the runtime."""

    def note(what: observe.Observed) -> None:
        seen.append(
            api.UpdateContainerResourcesRequest.FromString(what.request or b"").container_id
        )

    between = tmp_path / "between.sock"
    async with (
        relays.opened(between, runtime.socket, observers={"UpdateContainerResources": note}),
        daemons.node(runtime, tmp_path, daemons.STATIC, upstream=between) as node,
    ):
        yield node


async def placed(here: kubelet.Kubelet) -> list[tuple[kubelet.Pod, str]]:
    """A container that shares, and one with a CPU of its own."""
    shared, alone = await here.run_pod("shared"), await here.run_pod("alone", kubelet.GUARANTEED)
    return [(shared, await here.run(shared)), (alone, await here.run(alone, shares=CPU))]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_the_daemon_again(watched: daemons.Node, seen: list[str], number: int) -> None:
    """Who has which CPUs stays, nothing is sent that is not needed, and ends give CPUs back."""
    here = watched.kubelet
    (shared, many), (alone, one) = await placed(here)
    told = len(seen)
    code = await watched.daemon.end(number)
    during = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    await watched.restart()
    after = kubelet.cpus(shared, many), kubelet.cpus(alone, one)
    with pytest.raises(statuses.CallError) as refused:
        await here.run(alone, "second", shares=CPU)
    await here.stop(one)
    async with asyncio.timeout(daemons.PATIENCE):
        while not seen[told:]:  # noqa: ASYNC110  # a list
            await asyncio.sleep(0.01)

    assert code == (0 if number == signal.SIGTERM else -number)
    assert during == after == ("0", "1")
    # The only update is the one that gives the exclusive CPU back.
    assert seen[told:] == [many]
    assert refused.value.status.code is codes.Code.RESOURCE_EXHAUSTED
    assert kubelet.cpus(shared, many) == "0-1"


async def test_what_happened_while_it_was_away(watched: daemons.Node) -> None:
    """Containers that went give their CPUs back, those that came are known."""
    (shared, many), (_, one) = await placed(watched.kubelet)
    await watched.daemon.end()
    await watched.past.stop(one)
    other = await watched.past.run_pod("other")
    came = await watched.past.run(other)
    await watched.restart()
    await watched.daemon.logged("up and running")
    alone = await watched.kubelet.run_pod("next", kubelet.GUARANTEED)
    following = await watched.kubelet.run(alone, shares=CPU)

    assert kubelet.cpus(alone, following) == "1"
    assert kubelet.cpus(shared, many) == "0"
    assert kubelet.cpus(other, came) == "0"


async def test_a_cpuset_that_somebody_changed(watched: daemons.Node, seen: list[str]) -> None:
    """A start puts right what is not as it was decided, and nothing else."""
    (shared, many), (alone, one) = await placed(watched.kubelet)
    await watched.daemon.end()
    await watched.past.update(many, cpuset_cpus="0-1")
    told = len(seen)
    await watched.restart()
    async with asyncio.timeout(daemons.PATIENCE):
        while not seen[told:]:  # noqa: ASYNC110  # a list
            await asyncio.sleep(0.01)
    await watched.kubelet.run(await watched.kubelet.run_pod("next"))

    assert seen[told:] == [many]
    assert kubelet.cpus(shared, many) == "0"
    assert kubelet.cpus(alone, one) == "1"


async def test_the_runtime_again(static: daemons.Node, runtime: containerd.Containerd) -> None:
    """While it is away calls fail as UNAVAILABLE; then all goes on, with the same CPUs."""
    here = static.kubelet
    (shared, many), (_, one) = await placed(here)
    runtime.kill()
    try:
        with pytest.raises(statuses.CallError) as away:
            await here.execute(one, "true")
    finally:
        await asyncio.to_thread(runtime.start)
    await here.ready()
    before = kubelet.cpus(shared, many)
    ran = await here.execute(one, "echo", "here")
    await here.stop(one)

    assert away.value.status.code is codes.Code.UNAVAILABLE
    assert before == "0"
    assert ran.output == "here\n"
    assert kubelet.cpus(shared, many) == "0-1"


async def test_a_runtime_that_is_absent_at_the_start(
    runtime: containerd.Containerd, tmp_path: Path
) -> None:
    """The daemon waits for it, without a socket for the kubelet, and then serves."""
    async with daemons.node(runtime, tmp_path, daemons.STATIC, start=False) as node:
        runtime.kill()
        try:
            await node.daemon.start()
            await node.daemon.logged("cannot reach the runtime")
            early = node.daemon.socket.exists()
        finally:
            await asyncio.to_thread(runtime.start)
        await node.kubelet.ready()
        _, (alone, one) = await placed(node.kubelet)

        assert not early
        assert kubelet.cpus(alone, one) == "1"


async def test_a_runtime_that_stands_still_for_ten_seconds(
    static: daemons.Node, runtime: containerd.Containerd
) -> None:
    """Deadlines hold meanwhile, calls that may last are answered when it goes on."""
    here = static.kubelet
    pod = await here.run_pod("still")
    container = await here.run(pod)
    outcomes: list[codes.Code] = []
    late = 0.0
    runtime.freeze()
    try:
        lasting = asyncio.create_task(here.execute(container, "echo", "late"), name="lasting")
        began = time.monotonic()
        while time.monotonic() - began < 10:
            asked = time.monotonic()
            try:
                await here.raw("ListContainers", timeout=0.5)
            except statuses.CallError as error:
                outcomes.append(error.status.code)
            late = max(late, time.monotonic() - asked)
    finally:
        runtime.thaw()
    ran = await lasting

    assert set(outcomes) == {codes.Code.DEADLINE_EXCEEDED}
    assert late < 5
    assert ran.output == "late\n"


async def test_a_creation_out_of_time(static: daemons.Node, runtime: containerd.Containerd) -> None:
    """A container made by a runtime that stood still can be started, or one made anew.

    A creation that is cancelled in its first millisecond makes containerd 1.6 take process 0 for
    the pod sandbox (decision 14): such a container is removed, as a kubelet does.
    """
    here = static.kubelet
    pod = await here.run_pod("late", kubelet.GUARANTEED)
    config = here.container_config("main", shares=CPU)
    runtime.freeze()
    try:
        with pytest.raises(statuses.CallError) as late:
            await here.create(pod, config, timeout=0.5)
    finally:
        runtime.thaw()
    made = None
    async with asyncio.timeout(20):
        while made is None:
            found = [one.id for one in await here.containers() if one.pod_sandbox_id == pod.id]
            made = found[0] if found else None
            with contextlib.suppress(statuses.CallError):
                made = made or await here.create(pod, config)
    try:
        await here.start(made)
    except statuses.CallError as error:
        if "/proc/0/" not in error.status.message:
            raise
        await here.remove(made)
        made = await here.create(pod, here.container_config("main", shares=CPU, attempt=1))
        await here.start(made)

    assert late.value.status.code is codes.Code.DEADLINE_EXCEEDED
    assert kubelet.cpus(pod, made) == "1"


async def test_a_take_over_under_load(static: daemons.Node) -> None:
    """SIGTERM: what is under way ends well, the next daemon knows every container."""
    here = static.kubelet
    stopping = asyncio.Event()
    made: list[tuple[kubelet.Pod, str]] = []
    failed: list[statuses.Status] = []

    async def work(number: int) -> None:
        pod = await here.run_pod(f"pod{number}")
        attempt = 0
        while not stopping.is_set():
            config = here.container_config(f"one{attempt}")
            try:
                container = await here.create(pod, config)
            except statuses.CallError as error:
                if not error.status.message.startswith("cannot reach"):
                    failed.append(error.status)
                await asyncio.sleep(0.01)
                continue
            made.append((pod, container))
            attempt += 1

    async with asyncio.TaskGroup() as tasks:
        workers = [tasks.create_task(work(number), name=str(number)) for number in range(4)]
        async with asyncio.timeout(60):
            while len(made) < 20:  # noqa: ASYNC110  # a list
                await asyncio.sleep(0.01)
        code = await static.daemon.end()
        reached = len(made)
        await static.daemon.start()
        async with asyncio.timeout(60):
            while len(made) < reached + 20:  # noqa: ASYNC110  # a list
                await asyncio.sleep(0.01)
        stopping.set()
        await asyncio.gather(*workers)
    there = sorted(one.id for one in await static.past.containers())
    await static.daemon.end()

    assert code == 0
    assert failed == []
    assert there == sorted(container for _, container in made)
