# SPDX-License-Identifier: Apache-2.0
"""A machine and who is on it as plain data, for JSON and YAML; members are added, never changed.

CPUs are lists of the kernel's form, memory and caches in bytes, frequencies in kHz.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from resmgr import cpuset
from resmgr.policy import allocator
from resmgr.sysfs import speedform
from resmgr.sysfs.machine import Cpu, Machine, Node, Package

from .occupants import Occupant

_PRIORITIES = ("high", "normal", "low")


def document(
    machine: Machine, occupants: Sequence[Occupant] | None, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """Give everything; without occupants nobody was asked who is there."""
    found: dict[str, Any] = {
        "cpus": cpuset.show(machine.online),
        "offline": cpuset.show(machine.offline),
        "isolated": cpuset.show(machine.isolated),
        "packages": [_package(package) for package in machine.packages.values()],
        "nodes": [_node(node) for node in machine.nodes.values()],
        "caches": [
            {
                "level": one.level,
                "type": one.type.value,
                "bytes": one.size,
                "cpus": cpuset.show(one.cpus),
            }
            for one in machine.caches
        ],
        "clusters": [cpuset.show(mask) for mask in machine.clusters],
        "cores": _cores(machine),
        "frequencies": _frequencies(machine.cpus.values()),
        "priorities": {
            name: cpuset.show(mask)
            for name, mask in zip(_PRIORITIES, allocator.priorities(machine), strict=True)
        },
        "warnings": list(warnings),
    }
    if occupants is not None:
        found["containers"] = [_occupant(one) for one in occupants]
    return found


def _package(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": package.id,
        "cpus": cpuset.show(package.cpus),
        "nodes": list(cpuset.ids(package.nodes)),
        "dies": [{"id": id_, "cpus": cpuset.show(cpus)} for id_, cpus in package.dies.items()],
    }
    if package.speed_select is not None:
        found["speedSelect"] = speedform.shown(package.speed_select)
    return found


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "cpus": cpuset.show(node.cpus),
        "memory": node.memory.value,
        "bytes": node.memory_total,
        "normalMemory": node.normal_memory,
        "distances": {str(id_): distance for id_, distance in node.distances.items()},
    }


def _cores(machine: Machine) -> list[dict[str, Any]]:
    firsts = (cpu for cpu in machine.cpus.values() if cpuset.first(cpu.threads) == cpu.id)
    return [
        {
            "cpus": cpuset.show(cpu.threads),
            "package": cpu.package,
            "die": cpu.die,
            "node": cpu.node,
            "core": cpu.core,
            "kind": cpu.kind.value,
        }
        for cpu in firsts
    ]


def _frequencies(cpus: Iterable[Cpu]) -> list[dict[str, Any]]:
    """CPUs whose frequencies and preferences are the same, together."""
    groups: dict[tuple[int, int, int, str], int] = {}
    for cpu in cpus:
        key = (cpu.base_frequency, cpu.min_frequency, cpu.max_frequency, cpu.energy_preference)
        groups[key] = groups.get(key, 0) | 1 << cpu.id
    return [
        {
            "cpus": cpuset.show(mask),
            "base": base,
            "min": least,
            "max": most,
            "energyPreference": preference,
        }
        for (base, least, most, preference), mask in groups.items()
    ]


def _occupant(one: Occupant) -> dict[str, Any]:
    return {
        "name": one.name,
        "pool": one.pool,
        "exclusive": cpuset.show(one.exclusive),
        "shared": cpuset.show(one.shared),
    }
