# SPDX-License-Identifier: Apache-2.0
"""CPUs as `devices/system/cpu` shows them.

An offline CPU has no topology, and on many kernels no link to its NUMA node: nothing but its id is
read, and it belongs to no package, die or core.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .. import cpuset
from .files import DiscoveryError, Folder, numbers
from .machine import Cpu

_OPTIONAL = ("cpufreq", "cpu_capacity")
_LARGEST = 2**31 - 1
"""Kernels have these numbers in 32 bits."""

_PREFERENCE = "cpufreq/energy_performance_preference"


@dataclass(frozen=True, slots=True)
class Found:
    """The CPUs there are.

    `offline` is a mask, `offline_nodes` the mask of nodes that offline CPUs are still linked to;
    `capacities` are what some kernels tell of each online CPU's strength (1024 is the most).
    """

    online: dict[int, Cpu]
    offline: int = 0
    offline_nodes: int = 0
    capacities: Mapping[int, int] = field(default_factory=dict)


def find(folder: Folder) -> Found:
    """Read every CPU below `devices/system/cpu`. Raises `DiscoveryError`."""
    awake: dict[int, list[str]] = {}
    offline = offline_nodes = 0
    for id_ in folder.numbered("cpu"):
        own = folder.below(f"cpu{id_}")
        names = own.names()
        # A CPU that cannot be taken offline has no such file.
        if "online" in names and own.text_or("online", "1").startswith("0"):
            offline |= 1 << id_
            offline_nodes |= cpuset.of(numbers(names, "node", own.path))
        else:
            awake[id_] = [name for name in names if name.startswith(("node", *_OPTIONAL))]
    if not awake:
        raise DiscoveryError(f"cannot find a CPU in {folder.path}: there is none that is online")
    online = cpuset.of(awake)
    same: dict[int, int] = {}
    cpus, capacities = {}, {}
    for id_, names in awake.items():
        own = folder.below(f"cpu{id_}")
        cpus[id_] = _cpu(id_, own, names, online, same)
        if "cpu_capacity" in names:
            capacities[id_] = own.number_or("cpu_capacity", 0)
    _check_threads(folder, cpus, same)
    return Found(cpus, offline, offline_nodes, capacities)


def _cpu(id_: int, folder: Folder, names: list[str], online: int, same: dict[int, int]) -> Cpu:
    """Read one; `same` keeps one copy of each mask, which are large on large machines."""
    nodes = numbers(names, "node", folder.path)
    if len(nodes) != 1:
        shown = ", ".join(f"node{node}" for node in nodes) or "none"
        cause = f"exactly one node per cpu allowed, got {shown}"
        raise DiscoveryError(f"cannot tell the NUMA node of CPU {id_} in {folder.path}: {cause}")
    threads = folder.ids("topology/thread_siblings_list") & online | 1 << id_
    scaled = "cpufreq" in names
    return Cpu(
        id=id_,
        # Kernels write -1 where the hardware does not tell.
        package=max(0, _place(folder, "physical_package_id")),
        die=min(max(0, folder.number_or("topology/die_id", 0)), _LARGEST),
        core=_place(folder, "core_id"),
        node=nodes[0],
        threads=same.setdefault(threads, threads),
        base_frequency=_frequency(folder, "base_frequency") if scaled else 0,
        min_frequency=_frequency(folder, "cpuinfo_min_freq") if scaled else 0,
        max_frequency=_frequency(folder, "cpuinfo_max_freq") if scaled else 0,
        energy_preference=folder.text_or(_PREFERENCE, "") if scaled else "",
    )


def _place(folder: Folder, name: str) -> int:
    number = folder.number(f"topology/{name}")
    if number > _LARGEST:
        raise DiscoveryError(f"cannot read {folder.path}/topology/{name}: {number} is too large")
    return number


def _frequency(folder: Folder, name: str) -> int:
    return max(0, folder.number_or(f"cpufreq/{name}", 0))


def _check_threads(folder: Folder, cpus: Mapping[int, Cpu], masks: Mapping[int, int]) -> None:
    """Refuse cores that claim each other's threads: whoever is my sibling has me as one."""
    for mask in masks:
        for id_ in cpuset.ids(mask):
            if cpus[id_].threads != mask:
                other = next(cpu.id for cpu in cpus.values() if cpu.threads == mask)
                path = f"{folder.path}/cpu{other}/topology/thread_siblings_list"
                own = cpuset.show(cpus[id_].threads)
                cause = f"CPU {id_} is in it, whose own siblings are {own}"
                raise DiscoveryError(f"cannot read {path}: {cause}")
