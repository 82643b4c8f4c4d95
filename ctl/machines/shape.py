# SPDX-License-Identifier: Apache-2.0
"""What a machine is made of, in a few numbers; `check` tells which of them make no sense."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from resmgr import cpuset
from resmgr.sysfs.machine import MemoryType

CPUS = 8192
"""CPUs that kernels are built for, at most."""

NODES = 1024
"""NUMA nodes that kernels are built for, at most."""

GIB = 1 << 30


class BadShape(ValueError):
    """There is no such machine; the text says why, in one clause."""


@dataclass(frozen=True, slots=True)
class Cores:
    """What all cores of a kind are: frequencies in kHz, caches in bytes."""

    base: int = 2_000_000
    least: int = 800_000
    most: int = 3_500_000
    data: int = 48 << 10
    instruction: int = 32 << 10
    second: int = 2 << 20
    """The cache of level 2."""

    cluster: int = 1
    """Cores that share the cache of level 2; more than one make a cluster."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A NUMA node without CPUs: its memory in bytes, and the position of the node it is near to."""

    memory: int
    type: MemoryType
    near: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A machine of equal packages."""

    packages: int = 1
    nodes: int = 1
    """NUMA nodes with CPUs, of a package."""

    cores: int = 1
    """Cores of a node; the performance cores of a hybrid machine."""

    threads: int = 1
    """Threads of each of these cores."""

    efficient: int = 0
    """Efficient cores of a node, which have one thread and come after the others."""

    dies: int = 1
    """Dies of a package."""

    adjacent: bool = False
    """Threads of a core are next to each other; else second threads follow all first ones."""

    memory: int = 64 * GIB
    """Bytes of each node with CPUs."""

    apart: tuple[Apart, ...] = ()
    node_ids: tuple[int, ...] = ()
    """Ids of all nodes, ascending, if they are not 0, 1, 2, ..."""

    offline: int = 0
    isolated: int = 0
    core: Cores = field(default_factory=Cores)
    small: Cores = field(default_factory=lambda: Cores(base=1_500_000, most=2_500_000, cluster=4))
    """What efficient cores are."""

    third: int = 32 << 20
    """Bytes of each cache of level 3."""

    share: int = 0
    """Cores of a package that share one; 0 for all of them."""

    @property
    def of_package(self) -> int:
        """Cores of a package."""
        return self.nodes * (self.cores + self.efficient)

    @property
    def count(self) -> int:
        """CPUs of the machine, offline ones included."""
        return self.packages * self.nodes * (self.cores * self.threads + self.efficient)

    @property
    def with_cpus(self) -> int:
        """Nodes with CPUs."""
        return self.packages * self.nodes


def check(shape: Shape) -> None:
    """Refuse what no machine is. Raises `BadShape`, with the first reason."""
    for reason in _reasons(shape):
        raise BadShape(reason)


def _reasons(shape: Shape) -> Iterator[str]:
    numbers = (shape.packages, shape.nodes, shape.cores, shape.threads, shape.dies)
    if min(numbers) < 1 or shape.efficient < 0:
        yield "each number has to be at least 1"
    if shape.count > CPUS:
        yield f"it has {shape.count} CPUs, and kernels are built for {CPUS} at most"
    total = shape.with_cpus + len(shape.apart)
    if total > NODES:
        yield f"it has {total} NUMA nodes, and kernels are built for {NODES} at most"
    if shape.node_ids and (
        len(set(shape.node_ids)) != total or list(shape.node_ids) != sorted(shape.node_ids)
    ):
        yield f"it has {total} NUMA nodes, which need as many ids in ascending order"
    if shape.of_package % shape.dies:
        yield f"{shape.of_package} cores of a package cannot be divided into {shape.dies} dies"
    if shape.nodes % shape.dies and shape.dies % shape.nodes:
        yield f"{shape.dies} dies and {shape.nodes} NUMA nodes of a package do not nest"
    yield from _sets(shape)
    yield from _memory(shape)


def _sets(shape: Shape) -> Iterator[str]:
    everything = (1 << shape.count) - 1
    for name, mask in (("offline", shape.offline), ("isolated", shape.isolated)):
        if mask & ~everything:
            missing = cpuset.show(mask & ~everything)
            yield f"{name} CPUs {missing} are not there, its CPUs are {cpuset.show(everything)}"
    if not everything & ~shape.offline:
        yield "all its CPUs are offline"


def _memory(shape: Shape) -> Iterator[str]:
    """Memory apart is told by its size, as discovery does."""
    for node in shape.apart:
        if not 0 <= node.near < shape.with_cpus:
            yield f"there is no NUMA node {node.near} that memory apart could be near to"
        if node.type is MemoryType.HBM and not 0 < node.memory < shape.memory:
            yield "HBM has to be smaller than the memory of a node with CPUs, else it is no HBM"
        if node.type is MemoryType.PMEM and (not shape.memory or node.memory < shape.memory):
            yield "PMEM has to be as large as the memory of a node with CPUs, else it is HBM"
        if node.type not in (MemoryType.HBM, MemoryType.PMEM):
            yield "memory apart is HBM or PMEM"
