# SPDX-License-Identifier: Apache-2.0
"""Memory and CPU of processes, from folders of /proc: ours, or a node's seen from outside."""

import os
import re
from pathlib import Path

from . import results

_FIELD = re.compile(r"^(VmHWM|VmRSS|Pss):\s+(\d+) kB$", re.MULTILINE)
_TICKS = os.sysconf("SC_CLK_TCK")


def memory(name: str, process: Path) -> results.Memory:
    """Read what a process has in memory now, and had at most; `process` is /proc/PID."""
    text = (process / "status").read_text("utf-8") + (process / "smaps_rollup").read_text("utf-8")
    found = {key: int(size) * 1024 for key, size in _FIELD.findall(text)}
    return results.Memory(name, found["VmRSS"], found["Pss"], found["VmHWM"])


def cpu(process: Path) -> float:
    """Read seconds of CPU of a process that are in /proc/PID, and of children that have ended."""
    tasks = (process / "task").iterdir()
    own = sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks)
    return own / 1e9 + sum(map(int, _stat(process)[13:15])) / _TICKS


def started(process: Path) -> float:
    """Read when a process was started, in seconds since this machine's boot."""
    return int(_stat(process)[19]) / _TICKS


def of_group(folder: Path) -> float:
    """Read seconds of CPU of a cgroup, those of processes that have ended included."""
    old = folder / "cpuacct.usage"
    if old.exists():
        return int(old.read_text(encoding="ascii")) / 1e9
    lines = (folder / "cpu.stat").read_text(encoding="ascii").splitlines()
    return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6


def _stat(process: Path) -> list[str]:
    """Fields of /proc/PID/stat from the third one on, see proc(5)."""
    return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
