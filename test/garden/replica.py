# SPDX-License-Identifier: Apache-2.0
"""One replica of our controller as a process, as its Deployment runs it."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from . import install, processes, servers

READY_TIMEOUT = 30.0
"""Seconds until a replica has to be ready."""

_POLL = 0.05


class Replica:
    """A controller process with the rights of a kubeconfig; use it in an `async with`.

    `config` is the text of a component configuration, `images` that of an override of the image
    vector. `flags` are further flags. Its log is kept in `log`, one JSON object a line.
    """

    def __init__(
        self,
        kubeconfig: Path,
        *,
        config: str = "",
        images: str = "",
        flags: tuple[str, ...] = (),
    ) -> None:
        """Start nothing yet."""
        self._kubeconfig = kubeconfig
        self._config = config
        self._images = images
        self._flags = flags
        self._run: processes.Run | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.health_port, self.metrics_port = 0, 0

    async def __aenter__(self) -> Self:
        """Start it and wait until it is ready."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it; the log of one that failed a test is printed, not so when we are interrupted."""
        if isinstance(error, Exception) and self._run is not None:
            sys.stderr.write(self.log.read_text(encoding="utf-8", errors="replace")[-20000:])
        await self.stop()
        if self._run is not None:
            self._run.close()
            self._run = None

    @property
    def log(self) -> Path:
        """File with the lines of all its lives."""
        if self._run is None:
            message = "cannot read the log: the replica has not been started"
            raise RuntimeError(message)
        return self._run.folder / "controller.log"

    @property
    def pid(self) -> int:
        """Process id, 0 if it does not run."""
        return self._process.pid if self._process else 0

    async def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it is ready."""
        if self._run is None:
            self._run = processes.Run("controller")
        self.health_port, self.metrics_port = servers.free_port(), servers.free_port()
        argv = [
            str(Path(sys.executable).with_name("gardener-extension-cri-resmgr")),
            "run",
            f"--kubeconfig={self._kubeconfig}",
            f"--leader-election-namespace={install.NAMESPACE}",
            f"--operator-configs-namespace={install.NAMESPACE}",
            f"--health-bind-address=127.0.0.1:{self.health_port}",
            f"--metrics-bind-address=127.0.0.1:{self.metrics_port}",
            "--log-format=json",
            *self._flags,
        ]
        if self._config:
            file = self._run.folder / "config.yaml"
            file.write_text(self._config, encoding="utf-8")
            argv.append(f"--config={file}")
        environment = {}
        if self._images:
            file = self._run.folder / "images.yaml"
            file.write_text(self._images, encoding="utf-8")
            environment["IMAGEVECTOR_OVERWRITE"] = str(file)
        self._process = self._run.start(argv, log=self.log, environment=environment)
        if wait:
            await asyncio.wait_for(self._until_ready(), READY_TIMEOUT)

    async def stop(self) -> int | None:
        """Tell it to stop and wait for its end; give its exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def ended(self, timeout: float = READY_TIMEOUT) -> int:
        """Wait until it has ended by itself; give its exit status."""
        if self._process is None:
            message = "cannot wait: the replica does not run"
            raise RuntimeError(message)
        status = await asyncio.to_thread(self._process.wait, timeout)
        self._process = None
        return status

    async def page(self, path: str, port: int) -> tuple[int, str]:
        """Read one of its pages: HTTP status (0: no answer) and text."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}{path}") as response,
            ):
                return response.status, await response.text()
        except aiohttp.ClientError:
            return 0, ""

    async def metric(self, line: str) -> float:
        """Read one metric by its name with labels as the page has it; 0 if it is not there."""
        _, text = await self.page("/metrics", self.metrics_port)
        for each in text.splitlines():
            if each.startswith(f"{line} "):
                return float(each.rsplit(" ", 1)[1])
        return 0.0

    def lines(self, message: str = "") -> list[dict[str, Any]]:
        """Read the log lines, those with this `msg` if one is given."""
        entries = complete(self.log.read_bytes())
        return [each for each in entries if not message or each.get("msg") == message]

    async def logged(
        self, *, count: int = 1, timeout: float = READY_TIMEOUT, **keys: object
    ) -> list[dict[str, Any]]:
        """Wait until so many log lines have these keys with these values; give them all."""
        async with asyncio.timeout(timeout):
            while True:
                lines = self.lines()
                found = [line for line in lines if line | keys == line]
                if len(found) >= count:
                    return found
                await asyncio.sleep(_POLL)

    async def _until_ready(self) -> None:
        while (await self.page("/readyz", self.health_port))[0] != 200:
            if self._process is not None and self._process.poll() is not None:
                text = self.log.read_text(encoding="utf-8", errors="replace")[-5000:]
                message = f"cannot start the controller: it ended\n{text}"
                raise RuntimeError(message)
            await asyncio.sleep(_POLL)

    async def _end(self, number: signal.Signals) -> int | None:
        if self._process is None:
            return None
        process, self._process = self._process, None
        process.send_signal(number)
        return await asyncio.to_thread(process.wait, 30)


def complete(log: bytes) -> Iterator[dict[str, Any]]:
    """Read the JSON lines of a log; the last one may just be being written and has no end yet."""
    for line in log[: log.rfind(b"\n") + 1].splitlines():
        if line.startswith(b"{"):
            yield json.loads(line)
