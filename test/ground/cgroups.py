# SPDX-License-Identifier: Apache-2.0
"""Cgroups of machines: one of its own in every hierarchy that this machine has mounted.

Two machines in one cgroup would share `/kubepods.slice` and remove each other's pods. Both the
hierarchies of version 1 and the unified one are meant.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

TOP = Path("/sys/fs/cgroup")

_POLL = 0.02


def hierarchies() -> list[Path]:
    """Give where each hierarchy is mounted."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines]
    return [Path(point) for _, point, kind, *_ in words if kind in {"cgroup", "cgroup2"}]


def make(name: str) -> list[Path]:
    """Make the cgroup in each hierarchy and give the files that take a process into it."""
    made = []
    for hierarchy in hierarchies():
        folder = hierarchy / name
        folder.mkdir(exist_ok=True)
        if (folder / "cpuset.cpus").exists() and hierarchy.name == "cpuset":
            for file in ("cpuset.cpus", "cpuset.mems"):
                (folder / file).write_text((hierarchy / file).read_text())
            (folder / "cgroup.clone_children").write_text("1")
        made.append(folder / "cgroup.procs")
    return made


def pids(name: str) -> set[int]:
    """Give every process of a cgroup and of those below it, in any hierarchy.

    Cgroups may go while they are read; what has gone has no processes.
    """
    found: set[int] = set()
    for hierarchy in hierarchies():
        for folder, _, _ in os.walk(hierarchy / name):
            with contextlib.suppress(OSError):
                procs = Path(folder) / "cgroup.procs"
                found.update(map(int, procs.read_text(encoding="ascii").split()))
    return found


def named(prefix: str) -> set[str]:
    """Give the names of the cgroups that begin so."""
    return {folder.name for top in hierarchies() for folder in top.glob(f"{prefix}*/")}


def kill(name: str, *, patience: float = 60.0) -> None:
    """Kill every process of a cgroup. Raises `TimeoutError` when one does not go."""
    deadline = time.monotonic() + patience
    while left := pids(name):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            message = f"cannot end processes {sorted(left)} of cgroup {name}"
            raise TimeoutError(message)
        time.sleep(_POLL)


def remove(name: str, *, patience: float = 60.0) -> None:
    """Remove a cgroup whose processes are gone, with all below it; the kernel needs a moment.

    Raises `TimeoutError`.
    """
    deadline = time.monotonic() + patience
    while True:
        left = [top / name for top in hierarchies() if (top / name).exists()]
        for top in left:
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    Path(folder).rmdir()
        if not any(top.exists() for top in left):
            return
        if time.monotonic() > deadline:
            message = f"cannot remove cgroup {', '.join(map(str, left))}"
            raise TimeoutError(message)
        time.sleep(_POLL)
