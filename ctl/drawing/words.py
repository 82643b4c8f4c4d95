# SPDX-License-Identifier: Apache-2.0
"""What is said of parts of a machine, the same in the terminal and on the page."""

from collections.abc import Iterable

from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CoreKind, Machine, MemoryType, Node, Package

from .. import amounts


def count(number: int, what: str) -> str:
    """Write a number of things."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def cpus(mask: int) -> str:
    """Write a set of CPUs, and how many they are if that is not seen at once."""
    number = mask.bit_count()
    if number <= 1:
        return f"CPU {cpuset.show(mask)}" if mask else "no CPU"
    return f"CPUs {cpuset.show(mask)} ({number})"


def memory(node: Node) -> str:
    """Write what memory a node has."""
    if node.memory is MemoryType.NONE:
        return "no memory"
    size = amounts.bytes_(node.memory_total) if node.memory_total else "of unknown size"
    return f"{node.memory.value.upper()} {size}"


def cache(one: Cache) -> str:
    """Write which cache it is, and its size."""
    return f"L{one.level} {amounts.bytes_(one.size)}"


def caches(several: Iterable[Cache]) -> str:
    """Write caches, equal ones together."""
    counts: dict[str, int] = {}
    for one in several:
        text = cache(one)
        counts[text] = counts.get(text, 0) + 1
    return ", ".join(
        f"{number} x {text}" if number > 1 else text for text, number in counts.items()
    )


def clusters(machine: Machine, within: int) -> str:
    """Write which CPUs of some make clusters; empty if none do."""
    masks = [mask for mask in machine.clusters if not mask & ~within]
    return f"clusters: {'; '.join(map(cpuset.show, masks))}" if masks else ""


def package(one: Package) -> list[str]:
    """Write its CPUs, and what of Speed Select is in use."""
    told, fast = [cpus(one.cpus)], one.speed_select
    if fast is None:
        return told
    if fast.profile.supported:
        told.append(f"SST-PP profile {fast.profile.level}")
    if fast.power.enabled:
        told.append(f"SST-CP {'ordered' if fast.ordered else 'proportional'}")
    if fast.turbo.enabled:
        told.append("SST-TF")
    if fast.base.enabled:
        told.append(f"SST-BF {cpuset.show(fast.base_cpus)}")
    return told


def summary(machine: Machine) -> str:
    """Write the whole machine in a line."""
    cores = {cpu.threads for cpu in machine.cpus.values()}
    total = sum(node.memory_total for node in machine.nodes.values())
    parts = [
        count(len(machine.cpus), "CPU"),
        f"{count(len(cores), 'core')}{_kinds(machine, cores)}",
        count(len(machine.packages), "package"),
        count(len(machine.nodes), "NUMA node"),
        f"{amounts.bytes_(total)} of memory",
    ]
    return ", ".join(parts)


def _kinds(machine: Machine, cores: Iterable[int]) -> str:
    kinds = [machine.cpus[cpuset.first(core)].kind for core in cores]
    large = kinds.count(CoreKind.PERFORMANCE)
    small = kinds.count(CoreKind.EFFICIENT)
    return f" ({large} performance, {small} efficient)" if large or small else ""


def near(machine: Machine, node: Node) -> str:
    """Write which nodes with CPUs are nearest to a node without; empty if nobody knows."""
    distances = {
        id_: distance
        for id_, distance in node.distances.items()
        if id_ in machine.nodes and machine.nodes[id_].cpus
    }
    if not distances:
        return ""
    least = min(distances.values())
    ids = [str(id_) for id_, distance in distances.items() if distance == least]
    return f"nearest to node{'s' if len(ids) > 1 else ''} {', '.join(ids)} (distance {least})"
