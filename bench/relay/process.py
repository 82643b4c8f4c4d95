# SPDX-License-Identifier: Apache-2.0
"""A relay as a process of its own, seen from outside."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_FIELD = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)
_PATIENCE = 20.0


class Process:
    """A relay that was started, and is ended by its pid."""

    def __init__(
        self, argv: Sequence[str], answers: Callable[[], bool], log: Path, cache: Path
    ) -> None:
        """Start it and wait until it answers a call: `started` is how long that took.

        Its byte-code is kept in the folder `cache`.
        """
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        begun = time.perf_counter()
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                argv, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
        while not answers():
            if self._child.poll() is not None or time.perf_counter() - begun > _PATIENCE:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            time.sleep(0.002)
        self.started = time.perf_counter() - begun

    def cpu(self) -> float:
        """Seconds of CPU so far, system calls included."""
        text = Path(f"/proc/{self._child.pid}/schedstat").read_text(encoding="ascii")
        return int(text.split()[0]) / 1e9

    def memory(self) -> tuple[int, int]:
        """Bytes in memory now, and at most so far."""
        text = Path(f"/proc/{self._child.pid}/status").read_text(encoding="ascii")
        found = {name: int(size) * 1024 for name, size in _FIELD.findall(text)}
        return found["VmRSS"], found["VmHWM"]

    def end(self) -> None:
        """End it."""
        self._child.terminate()
        self._child.wait()
