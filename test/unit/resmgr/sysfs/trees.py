# SPDX-License-Identifier: Apache-2.0
"""Machines for tests: trees as sysfs shows them, generated from a few numbers, or recorded.

`LAPTOP.write(root)` makes files; `LAPTOP.machine()` reads them as the daemon does.
"""

import dataclasses
import functools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resmgr import cpuset
from resmgr.sysfs import discover, machine

CPU = "sys/devices/system/cpu"
NODE = "sys/devices/system/node"


@dataclass(frozen=True)
class Tree:
    """A machine of equal packages; CPU lists in the kernel's form.

    CPUs are numbered core by core through nodes and packages; second threads come after the first
    threads of all cores, or right after their own first one with `adjacent`.
    """

    packages: int = 1
    nodes: int = 1
    """NUMA nodes of a package."""

    cores: int = 4
    """Cores of a node."""

    threads: int = 1
    dies: int = 1
    """Dies of a package; each has its part of the package's nodes, or of its only node's cores."""

    adjacent: bool = False
    offline: str = ""
    isolated: str = ""
    keep_links: bool = False
    """Offline CPUs keep the links to their nodes, as on older kernels."""

    memory: int = 2097152
    """Memory of each node, kB."""

    memory_less: str = ""
    """Nodes with CPUs and without memory."""

    apart: tuple[int, ...] = ()
    """Memory of nodes without CPUs, kB each; their ids follow those of the others."""

    node_ids: tuple[int, ...] = ()
    """Ids of all nodes, if they are not 0, 1, 2, ..."""

    distances: tuple[tuple[int, ...], ...] = ()
    """Distances between nodes, by ascending ids, if they do not follow from the packages."""

    base_frequency: tuple[tuple[str, int], ...] = ()
    """CPUs and their base frequency, kHz."""

    preference: tuple[tuple[str, str], ...] = ()
    """CPUs and their energy-performance preference."""

    def files(self) -> dict[str, str]:
        """Give what is in each file; names that end in `/` are empty folders."""
        files: dict[str, str] = {f"{CPU}/isolated": self.isolated}
        offline = cpuset.parse(self.offline)
        for place in self._places():
            for cpu in place.siblings:
                if not offline >> cpu & 1:
                    files |= self._cpu(cpu, place)
                else:
                    files[f"{CPU}/cpu{cpu}/online"] = "0"
                    if self.keep_links:
                        files[f"{CPU}/cpu{cpu}/node{place.node}/"] = ""
        return files | self._memory(offline)

    def write(self, root: Path) -> None:
        """Make the files below a folder."""
        write(root, self.files())

    def machine(self) -> machine.Machine:
        """Give the machine that is read from the files."""
        return _machine(self)

    def but(self, **changes: object) -> "Tree":
        """Give a tree that differs from this one."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def _ids(self) -> tuple[int, ...]:
        return self.node_ids or tuple(range(self.packages * self.nodes + len(self.apart)))

    def _places(self) -> list["_Place"]:
        places = []
        of_package, total = self.nodes * self.cores, self.packages * self.nodes * self.cores
        for core in range(total):
            first, step = (core * self.threads, 1) if self.adjacent else (core, total)
            siblings = tuple(first + step * thread for thread in range(self.threads))
            die = core % of_package * self.dies // of_package
            node = self._ids()[core // self.cores]
            places.append(_Place(core // of_package, die, core % of_package, node, siblings))
        return places

    def _cpu(self, cpu: int, place: "_Place") -> dict[str, str]:
        own = f"{CPU}/cpu{cpu}"
        awake = cpuset.of(place.siblings) & ~cpuset.parse(self.offline)
        files = {
            f"{own}/topology/physical_package_id": str(place.package),
            f"{own}/topology/die_id": str(place.die),
            f"{own}/topology/core_id": str(place.core),
            f"{own}/topology/thread_siblings_list": cpuset.show(awake),
            f"{own}/node{place.node}/": "",
        }
        if cpu:
            files[f"{own}/online"] = "1"
        for cpus, frequency in self.base_frequency:
            if cpuset.parse(cpus) >> cpu & 1:
                files[f"{own}/cpufreq/base_frequency"] = str(frequency)
        for cpus, preference in self.preference:
            if cpuset.parse(cpus) >> cpu & 1:
                files[f"{own}/cpufreq/energy_performance_preference"] = preference
        return files

    def _memory(self, offline: int) -> dict[str, str]:
        ids, bare, places = self._ids(), cpuset.parse(self.memory_less), self._places()
        with_memory = cpuset.of(ids) & ~bare
        files = {f"{NODE}/has_memory": cpuset.show(with_memory)}
        files[f"{NODE}/has_normal_memory"] = cpuset.show(with_memory)
        for position, node in enumerate(ids):
            cpus = sum(cpuset.of(place.siblings) for place in places if place.node == node)
            extra = position - self.packages * self.nodes
            size = self.apart[extra] if extra >= 0 else 0 if bare >> node & 1 else self.memory
            files[f"{NODE}/node{node}/cpulist"] = cpuset.show(cpus & ~offline)
            files[f"{NODE}/node{node}/meminfo"] = (
                f"Node {node} MemTotal: {size:>12} kB\nNode {node} MemFree: {size // 2:>12} kB"
            )
            files[f"{NODE}/node{node}/distance"] = " ".join(
                str(self._distance(position, other)) for other in range(len(ids))
            )
        return files

    def _distance(self, one: int, other: int) -> int:
        if self.distances:
            order = sorted(self._ids())
            return self.distances[order.index(self._ids()[one])][other]
        if one == other:
            return 10
        return 12 if one // self.nodes == other // self.nodes else 22


@dataclass(frozen=True)
class _Place:
    package: int
    die: int
    core: int
    node: int
    siblings: tuple[int, ...]


def write(root: Path, files: Mapping[str, str]) -> None:
    """Make files below a folder; those without text in front of a `/` are folders."""
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{content}\n", encoding="ascii")


@functools.cache
def _machine(tree: Tree) -> machine.Machine:
    with tempfile.TemporaryDirectory() as folder:
        tree.write(Path(folder))
        return discover.discover(Path(folder)).machine


LAPTOP = Tree(cores=4, threads=2)
"""One socket: CPUs 0-7, cores {0,4}, {1,5}, {2,6}, {3,7}."""

FLAT = Tree(cores=8)
"""One socket without hyperthreads: CPUs 0-7."""

SERVER = Tree(packages=2, nodes=2, cores=4, threads=2)
"""Two sockets of two sub-NUMA clusters: node n has CPUs 4n to 4n+3 and their siblings 16 above."""

EXAMPLE = Tree(packages=2, nodes=2, cores=2, threads=2, adjacent=True)
"""Two sockets, two nodes each, CPUs 4n to 4n+3 in node n, siblings next to each other."""

DIES = Tree(packages=2, nodes=2, cores=2, dies=2)
"""Two sockets of two dies, each a NUMA node of two CPUs."""

TIERED = Tree(packages=2, cores=2, apart=(8388608, 1048576))
"""Two sockets, a node of large memory without CPUs and one of small memory."""

FAST_CORES = "2,5,8,15,17,42,45,48,55,57"

PRIORITIES = Tree(
    packages=2,
    cores=20,
    threads=2,
    base_frequency=(("0-79", 2100000), (FAST_CORES, 2700000)),
)
"""Package 0 is 0-19,40-59, package 1 is 20-39,60-79; ten CPUs of package 0 are faster."""

RECORDED: Mapping[str, str] = {
    f"{CPU}/isolated": "",
    f"{CPU}/online": "0-1",
    f"{CPU}/offline": "",
    f"{CPU}/cpu1/online": "1",
    **{
        f"{CPU}/cpu{cpu}/topology/{name}": content
        for cpu in (0, 1)
        for name, content in {
            "cluster_cpus": f"{cpu + 1}",
            "cluster_cpus_list": f"{cpu}",
            "cluster_id": "65535",
            "core_cpus": f"{cpu + 1}",
            "core_cpus_list": f"{cpu}",
            "core_id": f"{cpu}",
            "core_siblings": "3",
            "core_siblings_list": "0-1",
            "die_cpus": "3",
            "die_cpus_list": "0-1",
            "die_id": "0",
            "package_cpus": "3",
            "package_cpus_list": "0-1",
            "physical_package_id": "0",
            "thread_siblings": f"{cpu + 1}",
            "thread_siblings_list": f"{cpu}",
        }.items()
    },
    f"{CPU}/cpu0/node0/": "",
    f"{CPU}/cpu1/node0/": "",
    f"{NODE}/has_memory": "0",
    f"{NODE}/has_normal_memory": "0",
    f"{NODE}/node0/cpulist": "0-1",
    f"{NODE}/node0/distance": "10",
    f"{NODE}/node0/meminfo": (
        "Node 0 MemTotal:        9660628 kB\n"
        "Node 0 MemFree:         8105780 kB\n"
        "Node 0 MemUsed:         1554848 kB"
    ),
}
"""A virtual machine of two cores without cpufreq, recorded on Linux 6.18."""
