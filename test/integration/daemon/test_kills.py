# SPDX-License-Identifier: Apache-2.0
"""SIGKILL in the middle of CreateContainer, at moments spread over the whole call."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import daemons, kubelet, systemd

from resmgr.wire.grpc import statuses

MOMENTS = 100
CPU = 1024


class Cut:
    """A creation that a kill cuts off, or not quite."""

    def __init__(self, here: kubelet.Kubelet, pod: kubelet.Pod, shares: int, number: int) -> None:
        """Begin nothing yet."""
        self.here, self.pod = here, pod
        self.config = here.container_config("main", shares=shares, attempt=number)
        self.answer = ""

    async def create(self, delay: float) -> None:
        """Create it after some seconds; whether that goes well is not ours to say."""
        await asyncio.sleep(delay)
        with contextlib.suppress(statuses.CallError):
            self.answer = await self.here.create(self.pod, self.config)

    async def started(self) -> tuple[str, bool]:
        """Start what is there, else a new one; give its id, and whether it was there."""
        container, landed = await self._had()
        await self.here.start(container)
        return container, landed

    async def _had(self) -> tuple[str, bool]:
        """As a kubelet: whose creation is still under way has a name that nobody else gets."""
        async with asyncio.timeout(daemons.PATIENCE):
            while True:
                there = [
                    one.id
                    for one in await self.here.containers()
                    if one.pod_sandbox_id == self.pod.id
                ]
                assert len(there) <= 1
                assert self.answer in ("", *there)
                if there:
                    return there[0], True
                try:
                    return await self.here.create(self.pod, self.config), False
                except statuses.CallError as error:
                    if "is reserved for" not in error.status.message:
                        raise
                await asyncio.sleep(0.02)


@pytest.fixture
async def manager(tmp_path: Path) -> AsyncIterator[systemd.Manager]:
    """Keeps the daemon's sockets as systemd does."""
    with systemd.managing(tmp_path) as made:
        yield made


@pytest.mark.timeout(240)
async def test_a_hundred_creations_that_a_kill_cuts_off(
    static: daemons.Node, manager: systemd.Manager
) -> None:
    """Each container that landed in the runtime can be started, none is lost or doubled.

    Each of fifty kills hits two creations, at two of a hundred moments from the request to a bit
    after its answer. One of them has a CPU of its own, the other one has to leave it.
    """
    here = static.kubelet
    static.daemon.manager = manager
    await static.daemon.end()
    await static.restart()
    alone = await here.run_pod("alone", kubelet.GUARANTEED)
    shared = await here.run_pod("shared")
    span = 1.2 * await _usual(here, alone)
    landed = answered = 0
    for number in range(0, MOMENTS, 2):
        cuts = Cut(here, alone, CPU, number), Cut(here, shared, 2, number)
        moments = [span * one / MOMENTS for one in (number, MOMENTS - 1 - number)]
        async with asyncio.TaskGroup() as tasks:
            for cut, moment in zip(cuts, moments, strict=True):
                tasks.create_task(cut.create(max(moments) - moment), name="create")
            await asyncio.sleep(max(moments))
            await static.daemon.kill()
        await static.restart()
        await _settled(static.past)
        (one, first), (many, second) = [await cut.started() for cut in cuts]
        # One that landed after the next daemon had looked is put right soon after its start.
        await daemons.until_cpus(alone, one, "1")
        await daemons.until_cpus(shared, many, "0")

        landed += first + second
        answered += sum(bool(cut.answer) for cut in cuts)
        for container in (one, many):
            await here.stop(container)
            await here.remove(container)

    # Not all of the kills came too early, nor too late.
    assert 5 < landed < MOMENTS
    assert answered < landed


async def _usual(here: kubelet.Kubelet, pod: kubelet.Pod) -> float:
    """Seconds that a creation takes here and now."""
    took = 0.0
    for number in range(3):
        config = here.container_config("usual", shares=CPU, attempt=number)
        began = time.monotonic()
        container = await here.create(pod, config)
        took += time.monotonic() - began
        await here.remove(container)
    return took / 3


async def _settled(past: kubelet.Kubelet) -> None:
    """Wait until the runtime has most likely done what a daemon that is dead has asked for."""
    before: list[str] | None = None
    while before != (now := [one.id for one in await past.containers()]):
        before = now
        await asyncio.sleep(0.02)
