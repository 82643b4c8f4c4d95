# SPDX-License-Identifier: Apache-2.0
"""A relay as a process of its own, seen from outside."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from node import waiting

_FIELD = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)
_PATIENCE = 60.0
_PAUSE = 0.001


def listens(path: Path) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


class Process:
    """A relay that was started, and is ended by its pid."""

    def __init__(
        self,
        argv: Sequence[str],
        socket_path: Path,
        answers: Callable[[], bool],
        log: Path,
        cache: Path,
    ) -> None:
        """Start it and wait until it answers a call: `started` is how long that took.

        It is to listen at `socket_path`; its byte-code is kept in the folder `cache`.
        """
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        begun = time.perf_counter()
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                argv, stdout=output, stderr=subprocess.STDOUT, env=environment
            )

        def ready() -> bool:
            # A try to connect is cheap; the call itself starts a program.
            return listens(socket_path) and answers()

        if not waiting.until(ready, self._child, patience=_PATIENCE, pause=_PAUSE):
            raise RuntimeError(log.read_text(encoding="utf-8"))
        self.started = time.perf_counter() - begun

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._child.send_signal(number)

    def cpu(self) -> float:
        """Seconds of CPU so far of all its threads, system calls included."""
        tasks = Path(f"/proc/{self._child.pid}/task")
        texts = [task.joinpath("schedstat").read_text("ascii") for task in tasks.iterdir()]
        return sum(int(text.split()[0]) for text in texts) / 1e9

    def memory(self) -> tuple[int, int]:
        """Bytes in memory now, and at most so far."""
        text = Path(f"/proc/{self._child.pid}/status").read_text(encoding="ascii")
        found = {name: int(size) * 1024 for name, size in _FIELD.findall(text)}
        return found["VmRSS"], found["VmHWM"]

    def end(self) -> None:
        """End it."""
        self._child.terminate()
        self._child.wait()
