# SPDX-License-Identifier: Apache-2.0
"""What the kernel says about the processes of a container."""

from pathlib import Path

from . import kubelet

_START_TIME = 19
"""Place of the start time behind the name in /proc/PID/stat: field 22, the name is field 2."""


def pids(pod: kubelet.Pod, container: str) -> tuple[int, ...]:
    """The processes of a container, oldest first."""
    folder = kubelet.CGROUPS / "cpuset" / pod.cgroup.removeprefix("/") / container
    words = (folder / "cgroup.procs").read_text(encoding="ascii").split()
    return tuple(sorted(map(int, words)))


def lives(pod: kubelet.Pod, container: str) -> dict[int, int]:
    """Processes of a container -> when each has started, in ticks since the boot."""
    found = {}
    for pid in pids(pod, container):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        found[pid] = int(stat.rpartition(")")[2].split()[_START_TIME])
    return found


def cpus(pod: kubelet.Pod, container: str) -> str:
    """The CPUs that the processes of a container may run on, all of them the same, as a list."""
    (found,) = {_allowed(pid) for pid in pids(pod, container)}
    return found


def _allowed(pid: int) -> str:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == "Cpus_allowed_list":
            return value.strip()
    raise AssertionError(pid)
