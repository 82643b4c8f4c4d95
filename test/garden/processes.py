# SPDX-License-Identifier: Apache-2.0
"""Processes that belong to one run, known by pid and start time, ended with it or after it.

Each run has a folder of its own below `ROOT`, with the pid of the run and of each process that
it started. A run that was killed leaves its processes behind; the next run finds the folder,
sees that its owner is gone, ends what is left and removes the folder. The start time keeps a
recycled pid from being taken for ours.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(tempfile.gettempdir(), f"gardener-extension-cri-resmgr.{os.getuid()}")
"""Folder of all runs of this user."""

PATIENCE = 10.0
"""Seconds that a process has for ending after SIGTERM."""


class Run:
    """The folder and the processes of one run; `close` ends and removes everything."""

    def __init__(self, name: str, *, root: Path = ROOT) -> None:
        """Remove what killed runs left, then make the folder of this one."""
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_leftovers(root)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
        self._children: list[subprocess.Popen[bytes]] = []
        # Renamed when complete: another run that looks for leftovers never sees it half written.
        _note(self.folder / "owner.new", os.getpid())
        (self.folder / "owner.new").rename(self.folder / "owner")

    def start(
        self, argv: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own, so that Ctrl-C reaches only us.

        `environment` is added to ours.
        """
        with log.open("ab") as output:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        self._children.append(child)
        _note(self.folder / "processes", child.pid)
        return child

    def close(self) -> None:
        """Kill what runs and remove the folder; the data is not needed any more."""
        for child in self._children:
            child.kill()
        for child in self._children:
            child.wait()
        self._children.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


async def end(child: subprocess.Popen[bytes], *, kill: bool = False) -> None:
    """End one process: SIGTERM with `PATIENCE`, then (or with `kill` at once) SIGKILL."""
    child.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    try:
        await asyncio.to_thread(child.wait, PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        await asyncio.to_thread(child.wait)


def remove_leftovers(root: Path) -> None:
    """End the processes of runs whose owner is gone and remove their folders."""
    for owner in root.glob("*/owner"):
        if any(_alive(line) for line in _lines(owner)):
            continue
        for line in _lines(owner.with_name("processes")):
            if _alive(line):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(line.split()[0]), signal.SIGKILL)
        shutil.rmtree(owner.parent, ignore_errors=True)


def _note(file: Path, pid: int) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{pid} {_started(pid)}\n")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _alive(line: str) -> bool:
    pid, _, started = line.partition(" ")
    return _started(int(pid)) == started != ""


def _started(pid: int) -> str:
    """Read the start time of a process in clock ticks since boot; empty if there is none.

    Field 22 of /proc/PID/stat, see proc(5); the second field may hold spaces and brackets. A
    zombie, which nobody has waited for yet, does nothing more and counts as none.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]
