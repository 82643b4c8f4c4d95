# SPDX-License-Identifier: Apache-2.0
"""What containers use: CPU time between two readings of their cgroups, memory by NUMA node."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from resmgr.collect import reader
from resmgr.collect.reader import Part

_KINDS: Final = frozenset(("HierarchicalAnon", "HierarchicalFile"))
"""What is a container's own; what the kernel locks for it is among them."""


@dataclass(frozen=True, slots=True)
class Used:
    """What one container has used: nanoseconds of CPU since its start, bytes by NUMA node."""

    cpu: int = 0
    memory: int = 0
    nodes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: when, in seconds of a steady clock, and what was read by container id."""

    at: float
    containers: Mapping[str, Used]


def read(mounts: reader.Mounts, *, page: int, at: float) -> Reading:
    """Read all containers; `page` is the size of a page in bytes."""
    return Reading(at, collected(reader.read(mounts, page=page), page))


def collected(parts: Iterable[Part], page: int) -> dict[str, Used]:
    """Give what collectors read, by container; what they could not read counts as nothing."""
    cpu: dict[str, int] = {}
    memory: dict[str, int] = {}
    nodes: dict[str, dict[int, int]] = {}
    for part in parts:
        for samples in part.samples:
            for labels, value in samples.values:
                match samples.metric.name, labels:
                    case "cgroup_cpu_acct", (container, _, "CPU"):
                        cpu[container] = cpu.get(container, 0) + int(value)
                    case "cgroup_memory_usage", (container, "Bytes"):
                        memory[container] = int(value)
                    case "cgroup_numa_stats", (container, node, kind):
                        if kind in _KINDS:
                            number = int(node.removeprefix("N"))
                            there = nodes.setdefault(container, {})
                            there[number] = there.get(number, 0) + int(value) * page
    return {
        one: Used(cpu.get(one, 0), memory.get(one, 0), nodes.get(one, {}))
        for one in cpu.keys() | memory.keys() | nodes.keys()
    }


def between(before: Reading, after: Reading) -> dict[str, int]:
    """Give the milli-CPU that containers used between two readings, of those in both."""
    nanoseconds = round((after.at - before.at) * 1e9)
    if nanoseconds <= 0:
        return {}
    return {
        one: max(1000 * (now.cpu - before.containers[one].cpu) // nanoseconds, 0)
        for one, now in after.containers.items()
        if one in before.containers
    }
