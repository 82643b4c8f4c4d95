# SPDX-License-Identifier: Apache-2.0
"""Nodes as trees of files, for checks."""

from pathlib import Path

from ctl.checks import finding
from ctl.node import cgroups, units

RUNNING = units.Unit("loaded", "active", "running")


def node(root: Path) -> finding.Node:
    """Give a node whose files, sockets and state are below a root, and whose unit runs."""
    return finding.Node(
        root=root,
        socket=str(root / "introspect.sock"),
        relay=str(root / "relay.sock"),
        runtime=str(root / "runtime.sock"),
        state=Path("state"),
        unit=lambda: RUNNING,
    )


def put(path: Path, text: str) -> None:
    """Write a file and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def process(root: Path, pid: int, name: str, *words: str) -> None:
    """Let a process run below a root."""
    put(root / f"proc/{pid}/comm", f"{name}\n")
    put(root / f"proc/{pid}/cmdline", "\0".join((f"/opt/bin/{name}", *words, "")))


SYSTEM = "sys/devices/system"


def cpus_isolated(root: Path, isolated: str) -> None:
    """Have the kernel isolate CPUs."""
    put(root / SYSTEM / "cpu/isolated", f"{isolated}\n")


def cpus(root: Path, count: int) -> None:
    """Give a machine so many CPUs, in one package and one NUMA node."""
    system = root / SYSTEM
    put(system / "cpu/online", f"0-{count - 1}\n")
    put(system / "cpu/present", f"0-{count - 1}\n")
    cpus_isolated(root, "")
    put(system / "cpu/offline", "\n")
    for cpu in range(count):
        topology = system / f"cpu/cpu{cpu}/topology"
        put(topology / "physical_package_id", "0\n")
        put(topology / "die_id", "0\n")
        put(topology / "core_id", f"{cpu}\n")
        put(topology / "thread_siblings_list", f"{cpu}\n")
        put(topology / "core_cpus_list", f"{cpu}\n")
        (system / f"cpu/cpu{cpu}/node0").mkdir()
    put(system / "node/online", "0\n")
    put(system / "node/has_memory", "0\n")
    put(system / "node/has_normal_memory", "0\n")
    put(system / "node/has_cpu", "0\n")
    put(system / "node/possible", "0\n")
    put(system / "node/node0/cpulist", f"0-{count - 1}\n")
    put(system / "node/node0/distance", "10\n")
    put(system / "node/node0/meminfo", "Node 0 MemTotal: 1000 kB\n")


def cpuset(root: Path, cgroup: str, allowed: str) -> None:
    """Hold a cgroup of version 1 to CPUs."""
    folder = root / cgroups.MOUNT / "cpuset" / cgroup
    put(folder / "cpuset.cpus", f"{allowed}\n")
    put(folder / "cpuset.mems", "0\n")
