# SPDX-License-Identifier: Apache-2.0
"""One daemon as a process of its own, before a runtime that answers at once."""

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from node import instant, kubelet

from ctl.machines import tree
from resmgr.cri import api_pb2 as api
from resmgr.sysfs.machine import Machine

from ..relay import process
from . import daemon, results
from .scenes import Kind, Scene

_AT_A_TIME = 8
"""Containers that are created at a time where that is not measured."""


class Stage:
    """A policy in a folder with a machine; see `on`."""

    def __init__(
        self, folder: Path, scene: Scene, cpus: int, runtime: instant.Runtime, byte_code: Path
    ) -> None:
        """Start nothing yet."""
        self._folder, self._scene, self._cpus = folder, scene, cpus
        self._runtime, self._byte_code = runtime, byte_code
        self._names = (f"pod-{number}" for number in itertools.count())
        self._there = 0
        self._process: process.Process | None = None

    @property
    def _daemon(self) -> process.Process:
        assert self._process is not None, "no daemon was started"
        return self._process

    @property
    def _where(self) -> results.Where:
        return results.Where(self._scene.policy, self._cpus, self._there)

    async def start(self, client: kubelet.Kubelet) -> results.Start:
        """Start the daemon, anew or after `end`; give how long it took."""
        updates = self._runtime.updates
        self._process = await daemon.start(
            self._folder,
            client,
            self._byte_code,
            f"--sysfs-root={self._folder}",
            f"--runtime-socket={self._folder / 'runtime.sock'}",
            *([f"--agent-socket={self._folder / 'agent.sock'}"] if self._scene.agent else []),
        )
        cpu = self._daemon.cpu()
        # Whatever the start entails for others comes before a request that is decided on.
        await self.calls(client, Kind.SHARED, 1)
        made = self._runtime.updates - updates
        return results.Start(self._where, self._daemon.started, cpu, made)

    async def end(self, client: kubelet.Kubelet) -> None:
        """End the daemon if there is one, and what is connected to it; containers stay."""
        client.close()
        if self._process is not None:
            # It waits for its connections to end, and the other ends of them are in this loop.
            await asyncio.to_thread(self._process.end)
            self._process = None

    def memory(self) -> results.Memory:
        """Look at the daemon's memory."""
        return results.Memory(self._where, *self._daemon.memory())

    async def fill(self, client: kubelet.Kubelet, size: int) -> None:
        """Have so many containers running, shared ones."""
        free = asyncio.Semaphore(_AT_A_TIME)

        async def run() -> None:
            async with free:
                _, request = await self._pod(client, Kind.SHARED)
                await client.start(await _create(client, request))

        async with asyncio.TaskGroup() as group:
            for _ in range(size - self._there):
                group.create_task(run(), name="fill")
        self._there = size

    async def calls(self, client: kubelet.Kubelet, kind: Kind, count: int) -> results.Whole:
        """Create and remove a container, so many times; its pod is there before and after."""
        idle = len(self._runtime.idle)
        created, removed = _Calls(self), _Calls(self)
        for _ in range(count):
            pod_id, request = await self._pod(client, kind)
            with created.one():
                container = await _create(client, request)
            with removed.one():
                await client.remove(container)
            gone = api.RemovePodSandboxRequest(pod_sandbox_id=pod_id)
            await client.call("RemovePodSandbox", gone)
        return results.Whole(
            where=self._where,
            kind=kind.value,
            calls=count,
            times=results.Times.of(created.seconds, removed.seconds),
            create_cpu=created.cpu,
            remove_cpu=removed.cpu,
            create_updates=created.updates,
            remove_updates=removed.updates,
            idle=len(self._runtime.idle) - idle,
        )

    def meter(self) -> tuple[float, int]:
        """Give the CPU of the daemon, seconds, and the updates that the runtime got, so far."""
        return self._daemon.cpu(), self._runtime.updates

    async def _pod(
        self, client: kubelet.Kubelet, kind: Kind
    ) -> tuple[str, api.CreateContainerRequest]:
        """Run a pod; give its id and the request for its container."""
        name = next(self._names)
        config = self._scene.pod(kind, name)
        answer = await client.call("RunPodSandbox", api.RunPodSandboxRequest(config=config))
        pod_id = api.RunPodSandboxResponse.FromString(answer).pod_sandbox_id
        return pod_id, self._scene.request(kind, name, pod_id)


class _Calls:
    """Calls of one sort: how long each took, and what they took together."""

    def __init__(self, stage: Stage) -> None:
        self.seconds: list[float] = []
        self.cpu = 0.0
        self.updates = 0
        self._stage = stage

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Measure one."""
        cpu, updates = self._stage.meter()
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)
        now, more = self._stage.meter()
        self.cpu += now - cpu
        self.updates += more - updates


async def _create(client: kubelet.Kubelet, request: api.CreateContainerRequest) -> str:
    answer = await client.call("CreateContainer", request)
    return api.CreateContainerResponse.FromString(answer).container_id


def lay(folder: Path, machine: Machine, document: str) -> None:
    """Write the machine as sysfs shows it, and the configuration."""
    for name, text in tree.files(machine).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text(f"{text}\n", encoding="ascii")
    (folder / "config").write_text(document, encoding="utf-8")
    (folder / "state").mkdir()


@contextlib.asynccontextmanager
async def on(
    machine: Machine, scene: Scene, byte_code: Path
) -> AsyncIterator[tuple[Stage, kubelet.Kubelet]]:
    """Have a stage with nothing started on it, and a client for its daemon."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay(folder, machine, scene.document(machine))
        async with (
            instant.serving(folder / "runtime.sock") as runtime,
            kubelet.connected(folder / "relay.sock", folder / "logs") as client,
        ):
            stage = Stage(folder, scene, machine.online.bit_count(), runtime, byte_code)
            try:
                yield stage, client
            finally:
                await stage.end(client)
