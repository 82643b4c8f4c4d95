# SPDX-License-Identifier: Apache-2.0
"""What the virtual machine looks like: sockets, cores and threads, NUMA nodes, distances."""

from collections.abc import Sequence
from dataclasses import dataclass

from resmgr import cpuset


@dataclass(frozen=True)
class Node:
    """A NUMA node."""

    cpus: str
    """A list such as `0-3`; empty for memory apart."""

    mebibytes: int


@dataclass(frozen=True)
class Layout:
    """A machine whose CPUs are counted from thread to thread, then core, die and socket."""

    sockets: int
    dies: int
    """Of a socket."""

    cores: int
    """Of a die."""

    threads: int
    """Of a core."""

    nodes: Sequence[Node]
    distances: Sequence[Sequence[int]]

    @property
    def cpus(self) -> int:
        """How many CPUs there are."""
        return self.sockets * self.dies * self.cores * self.threads

    def cpus_by_node(self) -> dict[int, frozenset[int]]:
        """Give the CPU ids of each node that has CPUs."""
        masks = {id_: cpuset.parse(node.cpus) for id_, node in enumerate(self.nodes) if node.cpus}
        return {id_: frozenset(cpuset.ids(mask)) for id_, mask in masks.items()}

    def arguments(self) -> list[str]:
        """Give what qemu is told."""
        parts = f"sockets={self.sockets},dies={self.dies},cores={self.cores}"
        total = sum(node.mebibytes for node in self.nodes)
        words = ["-smp", f"{self.cpus},{parts},threads={self.threads}", "-m", f"{total}M"]
        for id_, node in enumerate(self.nodes):
            words += ["-object", f"memory-backend-ram,id=memory{id_},size={node.mebibytes}M"]
            cpus = f",cpus={node.cpus}" if node.cpus else ""
            words += ["-numa", f"node,nodeid={id_},memdev=memory{id_}{cpus}"]
        for one, row in enumerate(self.distances):
            for other, distance in enumerate(row):
                words += ["-numa", f"dist,src={one},dst={other},val={distance}"]
        return words


FOUR_NODES = Layout(
    sockets=2,
    dies=2,
    cores=2,
    threads=2,
    nodes=(
        *(Node(cpus, 640) for cpus in ("0-3", "4-7", "8-11", "12-15")),
        Node("", 128),
    ),
    distances=(
        (10, 12, 20, 22, 40),
        (12, 10, 22, 20, 40),
        (20, 22, 10, 12, 40),
        (22, 20, 12, 10, 15),
        (40, 40, 40, 15, 10),
    ),
)
"""Two sockets of two dies, each die a node of four CPUs; a little memory apart beside node 3."""

MUCH_APART = Layout(
    sockets=1,
    dies=1,
    cores=2,
    threads=1,
    nodes=(Node("0", 512), Node("1", 512), Node("", 768)),
    distances=((10, 12, 30), (12, 10, 17), (30, 17, 10)),
)
"""Two nodes of one CPU each, and more memory apart than either has."""
