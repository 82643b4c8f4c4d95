# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process, between a kubelet of ours and a runtime."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import yaml
from garden import binaries

from . import containerd, kubelet, systemd

PROGRAM = "from resmgr.daemon.cli import main; main()"
PATIENCE = 60.0
"""Seconds that anything may take: only what hangs takes so long, however busy the machine is."""

STATIC: dict[str, object] = {
    "policy": {"Active": "static", "ReservedResources": {"CPU": "cpuset:0"}}
}
"""A configuration for machines of two CPUs: one can be exclusive."""


class Daemon:
    """One command line; it can be started again and again."""

    def __init__(self, folder: Path, runtime: Path, config: dict[str, object] | None) -> None:
        """Start nothing yet; everything of the daemon is in the folder."""
        self.folder = folder
        self.socket = folder / "relay.sock"
        self.config_socket = folder / "config.sock"
        self.introspection_socket = folder / "introspect.sock"
        self.state = folder / "state"
        self.log = folder / "daemon.log"
        self.more: list[str] = []
        self.manager: systemd.Manager | None = None
        """Who keeps sockets while the daemon is away, if anybody."""
        self.prelude = ""
        """Python to be run before the program, such as `deaths.at_write`."""
        self.child: asyncio.subprocess.Process | None = None
        self._flags = [
            f"--runtime-socket={runtime}",
            f"--relay-socket={self.socket}",
            f"--relay-dir={self.state}",
            f"--pid-file={folder / 'pid'}",
            f"--config-socket={self.config_socket}",
            f"--introspection-socket={self.introspection_socket}",
            "--agent-socket=disabled",
        ]
        if config is not None:
            self.configure(config)
            self._flags.append(f"--force-config={folder / 'config'}")

    def configure(self, config: dict[str, object]) -> None:
        """Write another configuration."""
        (self.folder / "config").write_text(yaml.safe_dump(config), encoding="utf-8")

    async def start(self) -> None:
        """Start it; `kubelet.Kubelet.ready` waits until it serves."""
        program, more, descriptors = self.prelude + PROGRAM, dict[str, str](), list[int]()
        if self.manager is not None:
            more, descriptors = self.manager.environment()
            program = systemd.PROGRAM + program
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", program, *self._flags, *self.more),
                stdout=log,
                stderr=log,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(binaries.PROJECT), **more},
                pass_fds=descriptors,
            )

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; give the exit code."""
        assert self.child is not None
        if self.child.returncode is None:
            self.child.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end; give the exit code."""
        assert self.child is not None
        async with asyncio.timeout(PATIENCE):
            return await self.child.wait()

    async def kill(self) -> None:
        """Let it die at once."""
        await self.end(signal.SIGKILL)

    async def logged(self, words: str) -> None:
        """Wait until its log has these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log.read_text():  # noqa: ASYNC110  # a file
                await asyncio.sleep(0.01)


async def until_cpus(pod: kubelet.Pod, container: str, cpus: str) -> None:
    """Wait until the kernel lets a container run on these CPUs and no others."""
    async with asyncio.timeout(PATIENCE):
        while kubelet.cpus(pod, container) != cpus:  # noqa: ASYNC110  # a file
            await asyncio.sleep(0.02)


class Node:
    """A runtime, a daemon before it, a kubelet on either side of it."""

    def __init__(
        self,
        runtime: containerd.Containerd,
        daemon: Daemon,
        through: kubelet.Kubelet,
        past: kubelet.Kubelet,
    ) -> None:
        """Take what runs."""
        self.runtime = runtime
        self.daemon = daemon
        self.kubelet = through
        self.past = past
        """Speaks to the runtime itself: what it says is so."""

    async def restart(self) -> None:
        """Have a daemon again that serves."""
        await self.daemon.start()
        await self.kubelet.afresh()


@contextlib.asynccontextmanager
async def node(
    runtime: containerd.Containerd,
    folder: Path,
    config: dict[str, object] | None = None,
    *,
    start: bool = True,
    upstream: Path | None = None,
) -> AsyncIterator[Node]:
    """A daemon that serves, unless `start` says no; pods go at the end, and it has to go well.

    `upstream` is a socket between daemon and runtime.
    """
    daemon = Daemon(folder, upstream or runtime.socket, config)
    async with (
        kubelet.connected(daemon.socket, folder / "logs") as through,
        kubelet.connected(runtime.socket, folder / "logs") as past,
    ):
        made = Node(runtime, daemon, through, past)
        try:
            if start:
                await made.restart()
            yield made
        finally:
            if daemon.child is not None:
                await daemon.end()
            await past.ready()
            await kubelet.clear(past)
            kubelet.remove_cgroups([*through.pods, *past.pods])
    assert "Traceback" not in (daemon.log.read_text() if daemon.log.exists() else "")
