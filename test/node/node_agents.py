# SPDX-License-Identifier: Apache-2.0
"""The node agent as a process: its program, its socket, its log."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from garden import binaries

PROGRAM = "from agent.cli import main; main()"
PROBE = "from agent.probe import main; main()"
PATIENCE = 60.0


class Agent:
    """One command line; it can be started again and again."""

    def __init__(self, folder: Path, kubeconfig: Path, daemon: Path, node: str) -> None:
        """Start nothing yet; `daemon` is the socket that takes configurations."""
        self.folder = folder
        self.socket = folder / "agent.sock"
        self.log = folder / "agent.log"
        self.node = node
        self.child: asyncio.subprocess.Process | None = None
        self.more: list[str] = []
        self._flags = [
            f"-agent-socket={self.socket}",
            f"-cri-resmgr-socket={daemon}",
            f"-kubeconfig={kubeconfig}",
        ]

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        before = self.said("serves")
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", PROGRAM, *self._flags, *self.more),
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        await self.logged("serves", before + 1)

    def _environment(self) -> dict[str, str]:
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(binaries.PROJECT)}
        return {**path, "NODE_NAME": self.node}

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; give the exit code."""
        assert self.child is not None
        if self.child.returncode is None:
            self.child.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await self.child.wait()

    def said(self, words: str) -> int:
        """Give how often its log has these words."""
        return self.log.read_text(encoding="utf-8").count(words) if self.log.exists() else 0

    async def logged(self, words: str, times: int = 1) -> None:
        """Wait until its log has these words so often."""
        async with asyncio.timeout(PATIENCE):
            while self.said(words) < times:  # a file
                if self.child is not None and self.child.returncode is not None:
                    raise AssertionError(self.log.read_text(encoding="utf-8"))
                await asyncio.sleep(0.01)

    async def probe(self, query: str = "") -> tuple[int, str]:
        """Run the probe; give its exit code and what it printed."""
        words = [f"-agent-socket={self.socket}", *([f"-query={query}"] if query else [])]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROBE, *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment(),
        )
        out, _ = await child.communicate()
        return child.returncode or 0, out.decode()
