# SPDX-License-Identifier: Apache-2.0
"""The pools: root, sockets, dies and NUMA nodes, each with the CPUs and memory below it.

Levels that would have only one member are left out (section 7.2). Pools are numbered children
first, the root last, and stand in a tuple at their numbers. Beyond the original, small memory
without CPUs (HBM) belongs to a pool like large one (PMEM), and so does the memory of nodes whose
CPUs are all offline; NUMA nodes with CPUs and without memory have pools of their own.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from ... import cpuset
from ...sysfs.machine import Machine, Node, Package
from . import memory, sane
from .memory import Amounts


class Kind(Enum):
    """What a pool stands for."""

    ROOT = "root"
    SOCKET = "socket"
    DIE = "die"
    NODE = "NUMA node"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a pool stands for: its ids where it has them, and all CPUs there."""

    kind: Kind
    cpus: int
    nodes: int
    """NUMA nodes with CPUs."""

    package: int = -1
    share: int = 1
    """How many NUMA nodes a hint at a package stands for: those of a die, or of the package."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool; sets are masks, of CPUs, of NUMA nodes or of pool ids."""

    id: int
    name: str
    depth: int
    ancestors: tuple[int, ...]
    """Ids, the nearest first."""

    children: tuple[int, ...]
    below: int
    """Its own id and those of all pools below it."""

    hardware: Hardware
    isolated: int
    sharable: int
    reserved: int
    memory: tuple[int, int, int]
    """NUMA nodes by kind of memory, in the order of `memory.ORDER`."""

    capacity: Amounts

    def nodes(self, kinds: int) -> int:
        """Give the NUMA nodes with memory of these kinds."""
        mask = 0
        for kind, nodes in zip(memory.ORDER, self.memory, strict=True):
            if kind & kinds:
                mask |= nodes
        return mask


@dataclass(slots=True)
class _Draft:
    name: str
    hardware: Hardware
    children: list["_Draft"] = field(default_factory=list)
    own: list[Node] = field(default_factory=list)
    """NUMA nodes that belong to it, not to a child."""


@dataclass(frozen=True, slots=True)
class Cpus:
    """The CPUs that are divided: masks."""

    available: int
    reserved: int
    isolated: int


def build(machine: Machine, cpus: Cpus) -> tuple[tuple[Pool, ...], tuple[str, ...]]:
    """Make the pools, and sentences on where memory without CPUs went.

    Raises `BadConfiguration` for a machine that no tree fits.
    """
    sane.check(machine)
    homes: dict[int, _Draft] = {}
    sockets = [_socket(machine, package, homes) for package in machine.packages.values()]
    root = sockets[0]
    if len(sockets) > 1:
        nodes = cpuset.of(node.id for node in machine.nodes.values() if node.cpus)
        root = _Draft("root", Hardware(Kind.ROOT, machine.online, nodes), sockets)
    told = _assign(machine, homes)
    pools: list[Pool] = []
    _finish(root, 0, cpus, pools)
    return _with_ancestors(pools), told


def _socket(machine: Machine, package: Package, homes: dict[int, _Draft]) -> _Draft:
    hardware = Hardware(Kind.SOCKET, package.cpus, package.nodes, package.id)
    socket = _Draft(f"socket #{package.id}", hardware)
    several = len(package.dies) > 1
    for die, cpus in package.dies.items():
        nodes = sane.nodes_of_die(machine, package, die)
        parent = socket
        if several:
            own = Hardware(Kind.DIE, cpus, nodes, package.id, nodes.bit_count())
            parent = _Draft(f"die #{package.id}/{die}", own)
            socket.children.append(parent)
        for id_ in cpuset.ids(nodes):
            node = machine.nodes[id_]
            home = parent
            if nodes.bit_count() > 1:
                own = Hardware(
                    Kind.NODE, node.cpus, 1 << id_, package.id, package.nodes.bit_count()
                )
                home = _Draft(f"NUMA node #{id_}", own)
                parent.children.append(home)
            home.own.append(node)
            homes[id_] = home
    return socket


def _assign(machine: Machine, homes: dict[int, _Draft]) -> tuple[str, ...]:
    """Give memory without CPUs to the closest pools, to those that have the least such nodes."""
    told = []
    for node in machine.nodes.values():
        kind = memory.OF_NODE[node.memory]
        if node.id in homes or not kind:
            continue

        def key(id_: int, node: Node = node, kind: int = kind) -> tuple[int, int, int]:
            alike = [one for one in homes[id_].own if memory.OF_NODE[one.memory] == kind]
            return node.distances.get(id_, 2**31), len(alike), id_

        best = min(homes, key=key)
        homes[best].own.append(node)
        distance = node.distances.get(best, -1)
        told.append(
            f"{node.memory.name} node #{node.id} assigned to {homes[best].name}"
            f" with distance {distance}"
        )
    return tuple(told)


def _finish(draft: _Draft, depth: int, cpus: Cpus, pools: list[Pool]) -> Pool:
    children = [_finish(child, depth + 1, cpus, pools) for child in draft.children]
    here = cpus.available & cpuset.union(node.cpus for node in draft.own)
    isolated = here & cpus.isolated
    reserved = here & cpus.reserved & ~isolated
    by_kind = [0, 0, 0]
    capacity = [0, 0, 0]
    for position, kind in enumerate(memory.ORDER):
        for node in draft.own:
            if memory.OF_NODE[node.memory] == kind:
                by_kind[position] |= 1 << node.id
                capacity[position] += node.memory_total
        for child in children:
            by_kind[position] |= child.memory[position]
            capacity[position] += child.capacity[position]
    pool = Pool(
        id=len(pools),
        name=draft.name,
        depth=depth,
        ancestors=(),
        children=tuple(child.id for child in children),
        below=cpuset.union(child.below for child in children) | 1 << len(pools),
        hardware=draft.hardware,
        isolated=isolated | cpuset.union(child.isolated for child in children),
        sharable=here & ~isolated & ~reserved | cpuset.union(child.sharable for child in children),
        reserved=reserved | cpuset.union(child.reserved for child in children),
        memory=(by_kind[0], by_kind[1], by_kind[2]),
        capacity=(capacity[0], capacity[1], capacity[2]),
    )
    pools.append(pool)
    return pool


def _with_ancestors(pools: list[Pool]) -> tuple[Pool, ...]:
    lines: dict[int, tuple[int, ...]] = {pools[-1].id: ()}
    for pool in reversed(pools):
        for child in pool.children:
            lines[child] = (pool.id, *lines[pool.id])
    return tuple(replace(pool, ancestors=lines[pool.id]) for pool in pools)
