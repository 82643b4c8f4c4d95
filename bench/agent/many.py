# SPDX-License-Identifier: Apache-2.0
"""Many agents in one process: each is a whole `App` with connections of its own.

Their daemons are played: each takes everything. Agents are started one after the other, since a
single process makes the connections of all of them.
"""

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, Self

from garden import mirror

from agent import app, flags
from agent.grpc import server as grpc
from agent.kube import access
from resmgr.agentapi import agent_pb2, services

from . import alone, clocked, results, stage, targets

FILES_EACH: Final = 8
"""Open files that one agent and its daemon need."""

RATE: Final = 40.0
"""Agents that are started in a second."""

_PATIENCE: Final = 600.0


class Fleet:
    """The agents; as a context they end with it."""

    def __init__(self, shoot: stage.Shoot, count: int, folder: Path, kubeconfig: Path) -> None:
        """Start nothing yet."""
        self.names = [f"node-{number:05}" for number in range(count)]
        self.took: dict[str, float] = {}
        """When each daemon was told a configuration last."""

        self._shoot = shoot
        self._folder = folder
        self._way = access.load(str(kubeconfig), {})
        self._stop = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._played: list[grpc.Server] = []

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End them all."""
        self._stop.set()
        for one in self._played:
            one.stop()
        await self._tasks.__aexit__(None, None, None)

    async def start(self) -> None:
        """Start all, `RATE` a second."""
        began = time.perf_counter()
        for number, name in enumerate(self.names):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            await self._begin(name)

    async def _begin(self, name: str) -> None:
        place = self._folder / name

        async def configure(_message: bytes) -> bytes:
            self.took[name] = time.perf_counter()
            return agent_pb2.SetConfigReply().SerializeToString()

        async def adjust(_message: bytes) -> bytes:
            return agent_pb2.SetAdjustmentReply().SerializeToString()

        handlers = {
            f"/{services.CONFIG}/SetConfig": configure,
            f"/{services.CONFIG}/SetAdjustment": adjust,
        }
        played = grpc.Server(f"{place}.d", handlers, self._tasks)
        await played.start()
        self._played.append(played)
        options = flags.Options(
            agent_socket=f"{place}.a",
            daemon_socket=f"{place}.d",
            kubeconfig="",
            namespace=stage.NAMESPACE,
            base=flags.FLAGS["configmap-name"].default,
            label=flags.FLAGS["label-name"].default,
            node=name,
        )
        made = app.App(options, self._way, version="bench")
        self._tasks.create_task(made.run(self._stop), name=name)


async def measure(
    shoot: stage.Shoot, count: int, idle: float, folder: Path, kubeconfig: Path
) -> AsyncIterator[results.Window | results.Latency]:
    """Start so many, leave them alone for a while, change the ConfigMap of all."""
    await shoot.nodes(f"node-{number:05}" for number in range(count))
    version = await shoot.configure(alone.CONFIGS[0])
    async with (
        mirror.Mirror(shoot.api, stage.REPORTS) as seen,
        Fleet(shoot, count, folder, kubeconfig) as fleet,
    ):
        window = clocked.Clocked(targets.START, count, shoot.server)
        await fleet.start()
        await _everywhere(seen, fleet, version)
        yield window.stop()
        window = clocked.Clocked(targets.IDLE, count, shoot.server)
        await asyncio.sleep(idle)
        yield window.stop()
        window = clocked.Clocked(targets.CHANGE, count, shoot.server)
        began = time.perf_counter()
        version = await shoot.configure(alone.CONFIGS[1])
        await _everywhere(seen, fleet, version)
        yield window.stop()
        times = sorted(at - began for at in fleet.took.values() if at > began)
        yield results.Latency(targets.EVERYWHERE, tuple(times))


async def _everywhere(seen: mirror.Mirror, fleet: Fleet, version: str) -> None:
    for name in fleet.names:
        await seen.until(
            ("", name),
            lambda obj: stage.reported(obj, version),
            timeout=_PATIENCE,
            what=f"to be at {version}",
        )


@contextlib.contextmanager
def files_for(count: int) -> Iterator[None]:
    """Allow this process as many open files as so many agents need."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(before, count * FILES_EACH + 256)
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
