# SPDX-License-Identifier: Apache-2.0
"""Builds the machine of a shape, as discovery would read it from such hardware.

CPUs are numbered as Linux does: all first threads, core by core through nodes and packages, then
all second ones; firmware of hybrid machines numbers the threads of a core one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from resmgr import cpuset
from resmgr.sysfs.machine import (
    Cache,
    CacheType,
    CoreKind,
    Cpu,
    Machine,
    MemoryType,
    Node,
    Package,
)

from .shape import Cores, Shape, check

_HERE, _NEAR, _FAR = 10, 12, 21
"""Distances of nodes with CPUs: to itself, within the package, to other packages."""

_APART = {MemoryType.HBM: (13, 14, 23), MemoryType.PMEM: (17, 17, 28)}
"""Distances to memory apart: from its own node, within the package, from other packages."""

_BOTH_APART = 30


@dataclass(frozen=True, slots=True)
class _Core:
    """One core: where it is, and the mask of its online threads."""

    package: int
    die: int
    node: int
    """Position of its node."""

    index: int
    """Its number in the package."""

    cluster: tuple[int, int, int]
    """Its node, whether it is efficient, and which cores of these share a cache of level 2."""

    kind: CoreKind
    of: Cores
    threads: int


def build(shape: Shape) -> Machine:
    """Give the machine. Raises `BadShape`."""
    check(shape)
    ids = shape.node_ids or tuple(range(shape.with_cpus + len(shape.apart)))
    cores = [core for core in _cores(shape) if core.threads]
    cpus = {
        id_: Cpu(
            id=id_,
            package=core.package,
            die=core.die,
            core=core.index,
            node=ids[core.node],
            threads=core.threads,
            base_frequency=core.of.base,
            min_frequency=core.of.least,
            max_frequency=core.of.most,
            energy_preference="balance_performance",
            kind=core.kind,
        )
        for core in cores
        for id_ in cpuset.ids(core.threads)
    }
    return Machine(
        cpus=dict(sorted(cpus.items())),
        nodes=_nodes(shape, ids, cores),
        packages={package.id: package for package in _packages(shape, ids, cores)},
        offline=shape.offline,
        isolated=shape.isolated,
        caches=tuple(sorted(_caches(shape, cores), key=_order)),
        clusters=tuple(sorted(_clusters(cores), key=cpuset.first)),
    )


def _cores(shape: Shape) -> Iterator[_Core]:
    """Give all cores, with the CPUs that are their threads."""
    threads = ([shape.threads] * shape.cores + [1] * shape.efficient) * shape.with_cpus
    members = [0] * len(threads)
    if shape.adjacent:
        turns = (core for core, count in enumerate(threads) for _ in range(count))
    else:
        rounds = range(shape.threads)
        turns = (core for one in rounds for core, count in enumerate(threads) if one < count)
    for cpu, core in enumerate(turns):
        members[core] |= 1 << cpu
    of_node = shape.cores + shape.efficient
    for core, cpus in enumerate(members):
        index, place = core % shape.of_package, core % of_node
        small = place >= shape.cores
        of = shape.small if small else shape.core
        among = place - shape.cores if small else place
        yield _Core(
            package=core // shape.of_package,
            die=index * shape.dies // shape.of_package,
            node=core // of_node,
            index=index,
            cluster=(core // of_node, int(small), among // of.cluster),
            kind=_kind(shape, small=small),
            of=of,
            threads=cpus & ~shape.offline,
        )


def _kind(shape: Shape, *, small: bool) -> CoreKind:
    if not shape.efficient:
        return CoreKind.ORDINARY
    return CoreKind.EFFICIENT if small else CoreKind.PERFORMANCE


def _packages(shape: Shape, ids: tuple[int, ...], cores: list[_Core]) -> Iterator[Package]:
    for id_ in range(shape.packages):
        own = [core for core in cores if core.package == id_]
        dies: dict[int, int] = {}
        for core in own:
            dies[core.die] = dies.get(core.die, 0) | core.threads
        if own:
            nodes = cpuset.of({ids[core.node] for core in own})
            yield Package(id=id_, cpus=sum(dies.values()), nodes=nodes, dies=dies)


def _nodes(shape: Shape, ids: tuple[int, ...], cores: list[_Core]) -> dict[int, Node]:
    members = [0] * len(ids)
    for core in cores:
        members[core.node] |= core.threads
    positions = range(len(ids))
    nodes = {}
    for at in positions:
        apart = shape.apart[at - shape.with_cpus] if at >= shape.with_cpus else None
        ordinary = MemoryType.DRAM if shape.memory else MemoryType.NONE
        nodes[ids[at]] = Node(
            id=ids[at],
            cpus=members[at],
            distances={ids[other]: _distance(shape, at, other) for other in positions},
            memory=apart.type if apart else ordinary,
            memory_total=apart.memory if apart else shape.memory,
            # Memory that is attached later is kept free of the kernel's own data.
            normal_memory=apart.type is MemoryType.HBM if apart else bool(shape.memory),
        )
    return nodes


def _distance(shape: Shape, one: int, other: int) -> int:
    one, other = sorted((one, other))
    if one == other:
        return _HERE
    if other < shape.with_cpus:
        return _NEAR if one // shape.nodes == other // shape.nodes else _FAR
    if one >= shape.with_cpus:
        return _BOTH_APART
    apart = shape.apart[other - shape.with_cpus]
    own, package, far = _APART[apart.type]
    if apart.near == one:
        return own
    return package if apart.near // shape.nodes == one // shape.nodes else far


def _caches(shape: Shape, cores: list[_Core]) -> Iterator[Cache]:
    groups: dict[tuple[int, int], int] = {}
    seconds: dict[tuple[int, int, int], tuple[int, int]] = {}
    share = shape.share or shape.of_package
    for core in cores:
        yield Cache(1, CacheType.DATA, core.of.data, core.threads)
        yield Cache(1, CacheType.INSTRUCTION, core.of.instruction, core.threads)
        key = (core.package, core.index // share)
        groups[key] = groups.get(key, 0) | core.threads
        shared = seconds.get(core.cluster, (0, 0))[1] | core.threads
        seconds[core.cluster] = (core.of.second, shared)
    yield from (Cache(2, CacheType.UNIFIED, size, cpus) for size, cpus in seconds.values())
    yield from (Cache(3, CacheType.UNIFIED, shape.third, cpus) for cpus in groups.values())


def _clusters(cores: list[_Core]) -> list[int]:
    found: dict[tuple[int, int, int], int] = {}
    for core in cores:
        if core.of.cluster > 1:
            found[core.cluster] = found.get(core.cluster, 0) | core.threads
    return list(found.values())


def _order(cache: Cache) -> tuple[int, str, int]:
    return cache.level, cache.type.value, cpuset.first(cache.cpus)
