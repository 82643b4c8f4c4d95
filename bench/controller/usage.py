# SPDX-License-Identifier: Apache-2.0
"""What a process has used, as the kernel counts it: see proc(5)."""

import os
from pathlib import Path

PROC = Path("/proc")


def cpu_seconds(pid: int, *, proc: Path = PROC, ticks: int = os.sysconf("SC_CLK_TCK")) -> float:
    """Give user and system time of a process in seconds, all threads, in steps of a tick."""
    stat = (proc / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    fields = stat.rpartition(")")[2].split()  # The name before it may hold spaces and brackets.
    return (int(fields[11]) + int(fields[12])) / ticks


def scheduled_seconds(pid: int, *, proc: Path = PROC) -> float:
    """Give the same as `cpu_seconds` for threads that have not ended, to the nanosecond."""
    tasks = (proc / str(pid) / "task").iterdir()
    texts = [(task / "schedstat").read_text(encoding="ascii") for task in tasks]
    return sum(int(text.split()[0]) for text in texts) / 1e9


def resident_bytes(pid: int, *, proc: Path = PROC) -> int:
    """Give the memory of a process that is in RAM now."""
    return _status(pid, "VmRSS", proc)


def peak_bytes(pid: int, *, proc: Path = PROC) -> int:
    """Give the most memory of a process that was in RAM at any time of its life."""
    return _status(pid, "VmHWM", proc)


def _status(pid: int, key: str, proc: Path) -> int:
    for line in (proc / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * 1024
    message = f"cannot read {key} of process {pid}: the kernel does not tell it"
    raise ValueError(message)
