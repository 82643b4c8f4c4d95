# SPDX-License-Identifier: Apache-2.0
"""SIGKILL in the middle of CreateContainer, at moments spread over the whole call."""

import asyncio
import contextlib
import time

from node import daemons, kubelet

from resmgr.wire.grpc import statuses

TIMES = 100
CPU = 1024


async def test_a_hundred_kills(static: daemons.Node) -> None:
    """Each container that landed in the runtime can be started, none is lost or doubled.

    A kill comes at one of a hundred moments between the request and a bit after its answer.
    """
    here, past = static.kubelet, static.past
    shared = await here.run_pod("shared")
    many = await here.run(shared)
    pod = await here.run_pod("killed", kubelet.GUARANTEED)
    took = await _usual(here, pod)
    landed: list[int] = []
    told: set[str] = set()
    for number in range(TIMES):
        config = here.container_config("main", shares=CPU, attempt=number)
        creating = asyncio.create_task(here.create(pod, config), name="create")
        await asyncio.sleep(1.2 * took * number / TIMES)
        await static.daemon.kill()
        answer = ""
        with contextlib.suppress(statuses.CallError):
            answer = await creating
        await static.restart()
        # What it asked of the runtime may be under way there still.
        await _settled(past)
        there = [one for one in await here.containers() if one.pod_sandbox_id == pod.id]
        assert len(there) <= 1
        assert answer in ("", *[one.id for one in there])
        container = there[0].id if there else await here.create(pod, config)
        await here.start(container)

        assert kubelet.cpus(pod, container) == "1"
        assert kubelet.cpus(shared, many) == "0"

        landed.append(len(there))
        told.add(answer)
        await here.stop(container)
        await here.remove(container)

    assert kubelet.cpus(shared, many) == "0-1"
    # Not all of them came too early, nor too late.
    assert 5 < sum(landed) < TIMES
    assert "" in told


async def _usual(here: kubelet.Kubelet, pod: kubelet.Pod) -> float:
    """Seconds that a creation takes here and now."""
    began = time.monotonic()
    for number in range(3):
        config = here.container_config("usual", shares=CPU, attempt=number)
        await here.remove(await here.create(pod, config))
    return (time.monotonic() - began) / 6


async def _settled(past: kubelet.Kubelet) -> None:
    """Wait until the runtime has nothing more to add."""
    before: list[str] | None = None
    while before != (now := [one.id for one in await past.containers()]):
        before = now
        await asyncio.sleep(0.02)
