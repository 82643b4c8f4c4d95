# SPDX-License-Identifier: Apache-2.0
"""A machine as the files that discovery reads: what it reads from them is that machine."""

from collections.abc import Iterable, Iterator, Mapping

from resmgr import cpuset
from resmgr.sysfs import speedform, speeds
from resmgr.sysfs.machine import CoreKind, Cpu, Machine, MemoryType, Node

SYSTEM = "sys/devices/system"


def files(machine: Machine) -> dict[str, str]:
    """Give what is in each file, by its path below the root; paths with `/` behind are folders."""
    return dict(_files(machine))


def _files(machine: Machine) -> Iterator[tuple[str, str]]:
    everything, own = machine.online | machine.offline, f"{SYSTEM}/cpu"
    yield f"{own}/online", cpuset.show(machine.online)
    yield f"{own}/offline", cpuset.show(machine.offline)
    yield f"{own}/possible", cpuset.show(everything)
    yield f"{own}/present", cpuset.show(everything)
    yield f"{own}/isolated", cpuset.show(machine.isolated)
    for cpu in machine.cpus.values():
        yield from ((f"{own}/cpu{cpu.id}/{name}", text) for name, text in _cpu(cpu))
    for id_ in cpuset.ids(machine.offline):
        yield f"{own}/cpu{id_}/online", "0"
    yield from _links(machine)
    yield from _kinds(machine.cpus.values())
    yield from _clusters(machine)
    yield from _caches(machine)
    yield from _nodes(machine.nodes)
    if told := speedform.text(machine.packages):
        yield speeds.RECORD, told


def _cpu(cpu: Cpu) -> Iterator[tuple[str, str]]:
    if cpu.id:
        yield "online", "1"
    yield "topology/physical_package_id", str(cpu.package)
    yield "topology/die_id", str(cpu.die)
    yield "topology/core_id", str(cpu.core)
    yield "topology/thread_siblings_list", cpuset.show(cpu.threads)
    yield f"node{cpu.node}/", ""
    frequencies = {
        "base_frequency": cpu.base_frequency,
        "cpuinfo_min_freq": cpu.min_frequency,
        "cpuinfo_max_freq": cpu.max_frequency,
    }
    yield from ((f"cpufreq/{name}", str(value)) for name, value in frequencies.items() if value)
    if cpu.energy_preference:
        yield "cpufreq/energy_performance_preference", cpu.energy_preference


def _links(machine: Machine) -> Iterator[tuple[str, str]]:
    """Memory beside CPUs that are all offline is told from memory apart by their links."""
    offline = cpuset.ids(machine.offline)
    for node in machine.nodes.values():
        if node.memory is MemoryType.DRAM and not node.cpus:
            for id_ in offline:
                yield f"{SYSTEM}/cpu/cpu{id_}/node{node.id}/", ""
                break


def _kinds(cpus: Iterable[Cpu]) -> Iterator[tuple[str, str]]:
    kinds = {kind: cpuset.of(cpu.id for cpu in cpus if cpu.kind is kind) for kind in CoreKind}
    large, small = kinds[CoreKind.PERFORMANCE], kinds[CoreKind.EFFICIENT]
    if large or small:
        yield "sys/devices/cpu_core/cpus", cpuset.show(large)
        yield "sys/devices/cpu_atom/cpus", cpuset.show(small)


def _clusters(machine: Machine) -> Iterator[tuple[str, str]]:
    for number, mask in enumerate(machine.clusters):
        shown = cpuset.show(mask)
        for id_ in cpuset.ids(mask):
            yield f"{SYSTEM}/cpu/cpu{id_}/topology/cluster_id", str(number)
            yield f"{SYSTEM}/cpu/cpu{id_}/topology/cluster_cpus_list", shown


def _caches(machine: Machine) -> Iterator[tuple[str, str]]:
    counts: dict[int, int] = {}
    for cache in machine.caches:
        shown = cpuset.show(cache.cpus)
        for id_ in cpuset.ids(cache.cpus):
            number = counts[id_] = counts.get(id_, -1) + 1
            own = f"{SYSTEM}/cpu/cpu{id_}/cache/index{number}"
            yield f"{own}/level", str(cache.level)
            yield f"{own}/type", cache.type.value
            yield f"{own}/size", f"{cache.size >> 10}K"
            yield f"{own}/shared_cpu_list", shown


def _nodes(nodes: Mapping[int, Node]) -> Iterator[tuple[str, str]]:
    with_memory = (node.id for node in nodes.values() if node.memory is not MemoryType.NONE)
    normal = (node.id for node in nodes.values() if node.normal_memory)
    own = f"{SYSTEM}/node"
    yield f"{own}/online", cpuset.show(cpuset.of(nodes))
    yield f"{own}/has_memory", cpuset.show(cpuset.of(with_memory))
    yield f"{own}/has_normal_memory", cpuset.show(cpuset.of(normal))
    for node in nodes.values():
        yield f"{own}/node{node.id}/cpulist", cpuset.show(node.cpus)
        distances = " ".join(str(node.distances[other]) for other in sorted(nodes))
        yield f"{own}/node{node.id}/distance", distances
        total = f"Node {node.id} MemTotal: {node.memory_total >> 10:>14} kB"
        yield f"{own}/node{node.id}/meminfo", f"{total}\n{total.replace('Total', 'Free')}"
