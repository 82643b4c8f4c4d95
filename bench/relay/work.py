# SPDX-License-Identifier: Apache-2.0
"""What a kubelet does with pods, one call after the other, at either socket."""

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from node import kubelet

MEGABYTE = 1_000_000


@contextlib.asynccontextmanager
async def connected(socket: Path, folder: Path) -> AsyncIterator[kubelet.Kubelet]:
    """A kubelet whose connection is there; logs of containers go to the folder."""
    async with kubelet.connected(socket, folder) as client:
        await client.ready()
        yield client


async def life(client: kubelet.Kubelet, name: str) -> None:
    """The whole life of a pod with one container."""
    pod = await client.run_pod(name)
    container = await client.run(pod)
    await client.stop(container)
    await client.remove(container)
    await client.remove_pod(pod)


async def lives(socket: Path, folder: Path, names: list[str]) -> float:
    """Give the seconds that the whole lives of these pods take, one after the other."""
    async with connected(socket, folder) as client:
        began = time.perf_counter()
        for name in names:
            await life(client, name)
        took = time.perf_counter() - began
        kubelet.remove_cgroups(client.pods)
        return took


async def megabytes(socket: Path, folder: Path, container: str, calls: int) -> float:
    """Give the seconds that so many outputs of 1 MB take, one after the other.

    Raises `ValueError` if not all of one came.
    """
    async with connected(socket, folder) as client:
        began = time.perf_counter()
        for _ in range(calls):
            done = await client.execute(container, "head", "-c", str(MEGABYTE), "/dev/zero")
            if len(done.output) != MEGABYTE:
                raise ValueError(f"{len(done.output):,} bytes of {MEGABYTE:,} came")
        return time.perf_counter() - began


async def pod(socket: Path, folder: Path, name: str) -> tuple[kubelet.Pod, str]:
    """Run a pod with one container that works; give it and the container's id."""
    async with connected(socket, folder) as client:
        made = await client.run_pod(name)
        return made, await client.run(made, "first")


async def fill(socket: Path, folder: Path, pod: kubelet.Pod, numbers: range) -> None:
    """Create containers in a pod."""
    async with connected(socket, folder) as client:
        for number in numbers:
            await client.create(pod, client.container_config(f"filler-{number}"))


async def end(socket: Path, folder: Path, pod: kubelet.Pod) -> None:
    """Stop and remove a pod with all that is in it."""
    async with connected(socket, folder) as client:
        await client.remove_pod(pod)
        kubelet.remove_cgroups([pod])
