# SPDX-License-Identifier: Apache-2.0
"""What a kubelet does with pods, one call after the other, at either socket."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from resmgr.relay import turn, unary, upstream

from . import cri

PATIENCE = 60.0
"""Seconds that a call may take."""


class Kubelet:
    """A client of a runtime or of a relay; see `connected`."""

    def __init__(self, there: upstream.Upstream) -> None:
        self._there = there

    async def call(self, method: str, message: bytes) -> bytes:
        """Call a method of RuntimeService. Raises `CallError`."""
        return await unary.call(self._there, f"{cri.RUNTIME}{method}", message, timeout=PATIENCE)

    async def run_pod(self, name: str) -> str:
        """Run a pod and give its id."""
        return cri.first(await self.call("RunPodSandbox", cri.run_pod(name)))

    async def create(self, pod: str, pod_name: str, name: str) -> str:
        """Create a container and give its id."""
        message = cri.create_container(pod, cri.pod_config(pod_name), name)
        return cri.first(await self.call("CreateContainer", message))

    async def start(self, container: str) -> None:
        """Start a container."""
        await self.call("StartContainer", cri.named(container))

    async def end(self, pod: str) -> None:
        """Stop and remove a pod with all that is in it."""
        await self.call("StopPodSandbox", cri.named(pod))
        await self.call("RemovePodSandbox", cri.named(pod))

    async def life(self, name: str) -> None:
        """The whole life of a pod with one container."""
        pod = await self.run_pod(name)
        container = await self.create(pod, name, "only")
        await self.start(container)
        await self.call("StopContainer", cri.named(container))
        await self.call("RemoveContainer", cri.named(container))
        await self.end(pod)

    async def megabyte(self, container: str) -> None:
        """Have a command print 1 MB. Raises `ValueError` if not all of it came."""
        command = ("head", "-c", "1000000", "/dev/zero")
        answer = await self.call("ExecSync", cri.exec_sync(container, *command))
        if len(cri.output(answer)) != 1_000_000:
            raise ValueError(f"{len(cri.output(answer))} bytes of 1,000,000 came")


@contextlib.asynccontextmanager
async def connected(socket: Path) -> AsyncIterator[Kubelet]:
    """A client that has its connection."""
    loop = asyncio.get_running_loop()
    there = upstream.Upstream(str(socket), turn.Turn(loop))
    running = loop.create_task(there.run())
    try:
        async with asyncio.timeout(PATIENCE):
            while not there.connected:  # noqa: ASYNC110  # there is nothing to wait on
                await asyncio.sleep(0.005)
        yield Kubelet(there)
    finally:
        running.cancel()


async def lives(socket: Path, names: list[str]) -> float:
    """Give the seconds that the whole lives of these pods take, one after the other."""
    async with connected(socket) as kubelet:
        began = time.perf_counter()
        for name in names:
            await kubelet.life(name)
        return time.perf_counter() - began


async def megabytes(socket: Path, container: str, calls: int) -> float:
    """Give the seconds that so many outputs of 1 MB take, one after the other."""
    async with connected(socket) as kubelet:
        began = time.perf_counter()
        for _ in range(calls):
            await kubelet.megabyte(container)
        return time.perf_counter() - began


async def pod(socket: Path, name: str) -> tuple[str, str]:
    """Run a pod with one container that works; give both ids."""
    async with connected(socket) as kubelet:
        made = await kubelet.run_pod(name)
        container = await kubelet.create(made, name, "first")
        await kubelet.start(container)
        return made, container


async def fill(socket: Path, pod: str, pod_name: str, numbers: range) -> None:
    """Create containers in a pod."""
    async with connected(socket) as kubelet:
        for number in numbers:
            await kubelet.create(pod, pod_name, f"filler-{number}")
