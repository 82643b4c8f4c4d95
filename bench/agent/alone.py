# SPDX-License-Identifier: Apache-2.0
"""One agent and one daemon as processes: from a ConfigMap to the daemon, then idle."""

import asyncio
import time
from pathlib import Path
from typing import Final

from garden import mirror
from node import daemons, node_agents

from agent import announcer

from ..controller import usage
from . import clocked, results, stage, targets

NODE: Final = "alone"
CONFIGS: Final = (
    {"policy": "Active: none\n"},
    {"policy": "Active: static\nReservedResources: {CPU: 'cpuset:0'}\n"},
)
_TAKEN: Final = "using the new configuration of the node agent"
_PATIENCE: Final = 30.0
_LOOK: Final = 0.002
"""Seconds between two looks at the daemon's log."""


class Alone:
    """A node with its daemon and its agent; `start` before use, `end` at the end."""

    def __init__(self, shoot: stage.Shoot, folder: Path, kubeconfig: Path) -> None:
        """Start nothing yet."""
        self._shoot = shoot
        # Nobody serves there: no container is run, and policies decide all the same.
        self.daemon = daemons.Daemon(folder, Path("-"), None)
        self.agent = node_agents.Agent(folder, kubeconfig, self.daemon.config_socket, NODE)
        self.daemon.more = [
            f"--image-socket={folder / 'none.sock'}",
            f"--agent-socket={self.agent.socket}",
        ]

    async def start(self) -> None:
        """Start both."""
        await self._shoot.nodes([NODE])
        await self.daemon.start()
        await self.agent.start()

    async def end(self) -> None:
        """End both."""
        for one in (self.agent, self.daemon):
            if one.child is not None:
                await one.end()

    async def changes(self, count: int) -> tuple[results.Latency, results.Latency]:
        """Change the ConfigMap again and again: until the daemon has it, until the node says so.

        The first change is not counted: with it files are read for the first time.
        """
        applied, reported = list[float](), list[float]()
        async with mirror.Mirror(self._shoot.api, stage.REPORTS) as seen:
            for number in range(count + 1):
                before = self._taken()
                began = time.perf_counter()
                version = await self._shoot.configure(CONFIGS[number % len(CONFIGS)])
                await self._until_taken(before)
                applied.append(time.perf_counter() - began)
                await seen.until(
                    ("", NODE),
                    lambda obj, version=version: stage.reported(obj, version),  # type: ignore[misc]
                )
                reported.append(time.perf_counter() - began)
        return (
            results.Latency(targets.APPLIED, tuple(sorted(applied[1:]))),
            results.Latency(targets.REPORTED, tuple(sorted(reported[1:]))),
        )

    async def idle(self, seconds: float) -> tuple[results.Idle, results.Window]:
        """Leave it alone, once it has told of the last change."""
        assert self.agent.child is not None
        await asyncio.sleep(announcer.SPREAD + 1)
        pid = self.agent.child.pid
        cpu = usage.scheduled_seconds(pid)
        window = clocked.Clocked(targets.ALONE, 1, self._shoot.server)
        await asyncio.sleep(seconds)
        idle = results.Idle(
            seconds,
            usage.scheduled_seconds(pid) - cpu,
            usage.resident_bytes(pid),
            usage.peak_bytes(pid),
        )
        return idle, window.stop()

    def _taken(self) -> int:
        log = self.daemon.log
        return log.read_bytes().count(_TAKEN.encode()) if log.exists() else 0

    async def _until_taken(self, before: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while self._taken() == before:  # noqa: ASYNC110  # a file
                await asyncio.sleep(_LOOK)
