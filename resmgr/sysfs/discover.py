# SPDX-License-Identifier: Apache-2.0
"""Reads the machine once, below a root path; a restart is needed after a change of hardware."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import cpuset
from . import cpus, details, files, kinds, nodes, speeds
from .files import DiscoveryError
from .machine import Cpu, Machine, Node, Package

__all__ = ["Discovered", "DiscoveryError", "discover"]


@dataclass(frozen=True, slots=True)
class Discovered:
    """The machine, and sentences on what could not be read but is not needed."""

    machine: Machine
    warnings: tuple[str, ...] = ()


def discover(
    root: Path,
    *,
    detailed: bool = False,
    reader: files.Reader = files.DISK,
    device: speeds.Source | None = None,
) -> Discovered:
    """Read the machine from `sys` below `root` (`/` for the real one).

    Caches and clusters are read only if `detailed`; of Speed Select is known what a record has, or
    what the `device` of the machine tells. Raises `DiscoveryError`, whose text names a file and
    what is wrong with it.
    """
    devices = files.Folder(root / "sys/devices", reader)
    system = devices.below("system")
    found = cpus.find(system.below("cpu"))
    online = cpuset.of(found.online)
    numa = nodes.find(system.below("node"), online, found.offline_nodes)
    _check(system, found.online, numa)
    told = kinds.find(devices, found.online, found.capacities)
    isolated, warnings = _isolated(system.below("cpu"))
    more = details.find(system.below("cpu"), online) if detailed else details.NONE
    machine = Machine(
        cpus=kinds.put(told, found.online),
        nodes=numa,
        packages=_packages(found.online),
        offline=found.offline,
        isolated=isolated & (online | found.offline),
        caches=more.caches,
        clusters=more.clusters,
    )
    fast = speeds.find(files.Folder(root, reader), device, machine)
    return Discovered(fast.machine, (*warnings, *told.warnings, *more.warnings, *fast.warnings))


def _isolated(folder: files.Folder) -> tuple[int, tuple[str, ...]]:
    try:
        return folder.ids("isolated"), ()
    except DiscoveryError as error:
        return 0, (f"{error}; no CPU is taken for isolated",)


def _check(system: files.Folder, online: Mapping[int, Cpu], numa: Mapping[int, Node]) -> None:
    """Refuse a machine whose CPUs and nodes contradict each other."""
    for cpu in online.values():
        home = numa.get(cpu.node)
        if home is None:
            cause = f"CPU {cpu.id} is linked to node {cpu.node}, which is not there"
            raise DiscoveryError(f"can't find NUMA node for ID {cpu.node}: {cause}")
        if not home.cpus >> cpu.id & 1:
            path = system.path / f"node/node{cpu.node}/cpulist"
            raise DiscoveryError(f"cannot read {path}: CPU {cpu.id} is linked to it, but missing")
    for node in numa.values():
        for id_ in cpuset.ids(node.cpus):
            if online[id_].node != node.id:
                path = system.path / f"node/node{node.id}/cpulist"
                cause = f"CPU {id_} is in it, but linked to node {online[id_].node}"
                raise DiscoveryError(f"cannot read {path}: {cause}")


def _packages(online: Mapping[int, Cpu]) -> dict[int, Package]:
    members: dict[int, dict[int, int]] = {}
    homes: dict[int, int] = {}
    for cpu in online.values():
        dies = members.setdefault(cpu.package, {})
        dies[cpu.die] = dies.get(cpu.die, 0) | 1 << cpu.id
        homes[cpu.package] = homes.get(cpu.package, 0) | 1 << cpu.node
    return {
        id_: Package(
            id=id_,
            # Dies share no CPU, so that their sum is their union.
            cpus=sum(dies.values()),
            nodes=homes[id_],
            dies=dict(sorted(dies.items())),
        )
        for id_, dies in sorted(members.items())
    }
