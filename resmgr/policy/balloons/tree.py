# SPDX-License-Identifier: Apache-2.0
"""The machine's CPUs as a tree: system, packages, dies, NUMA nodes, cores, threads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from ... import cpuset
from ...sysfs.machine import Machine


class Level(IntEnum):
    """What a node of the tree stands for."""

    SYSTEM = 0
    PACKAGE = 1
    DIE = 2
    NUMA = 3
    CORE = 4
    THREAD = 5


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the machine. All leaves of a tree are threads, and equally deep."""

    name: str
    level: Level
    cpus: int
    children: tuple["Node", ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """Give this node and all below it, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def at(self, level: Level) -> tuple["Node", ...]:
        """Give the nodes of a level."""
        return tuple(node for _, node in self.walk() if node.level is level)


def build(machine: Machine) -> Node:
    """Make the tree of a machine; what has no CPU that is online is not in it."""
    packages = []
    for package in machine.packages.values():
        name = f"p{package.id}"
        dies = [
            Node(f"{name}d{id_}", Level.DIE, cpus, _nodes(machine, f"{name}d{id_}", cpus))
            for id_, cpus in (package.dies or {0: package.cpus}).items()
            if cpus
        ]
        if dies:
            packages.append(Node(name, Level.PACKAGE, package.cpus, tuple(dies)))
    return Node("system", Level.SYSTEM, machine.online, tuple(packages))


def _nodes(machine: Machine, die: str, cpus: int) -> tuple[Node, ...]:
    found = []
    for node in machine.nodes.values():
        own, name = node.cpus & cpus, f"{die}n{node.id}"
        if own:
            found.append(Node(name, Level.NUMA, own, _cores(machine, name, own)))
    return tuple(found)


def _cores(machine: Machine, node: str, cpus: int) -> tuple[Node, ...]:
    found = []
    for id_ in cpuset.ids(cpus):
        threads = machine.cpus[id_].threads & cpus
        if cpuset.first(threads) == id_:
            name = f"{node}cpu{id_}"
            leaves = tuple(
                Node(f"{name}t{thread}", Level.THREAD, 1 << thread)
                for thread in cpuset.ids(threads)
            )
            found.append(Node(name, Level.CORE, threads, leaves))
    return tuple(found)


def split(node: Node) -> Node:
    """Give the tree in which first, second, ... threads of a NUMA node's cores are apart."""
    if node.level is not Level.NUMA:
        return replace(node, children=tuple(split(child) for child in node.children))
    classes = []
    for k in range(max((len(core.children) for core in node.children), default=0)):
        cores = tuple(
            replace(core, cpus=core.children[k].cpus, children=(core.children[k],))
            for core in node.children
            if k < len(core.children)
        )
        cpus = cpuset.union(core.cpus for core in cores)
        classes.append(Node(f"{node.name}class{k}", Level.NUMA, cpus, cores))
    return replace(node, children=tuple(classes))
