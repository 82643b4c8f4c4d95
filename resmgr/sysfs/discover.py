# SPDX-License-Identifier: Apache-2.0
"""Reads the machine once, below a root path; a restart is needed after a change of hardware.

Speed Select is not read: priorities of CPUs come from cpufreq, as on machines without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import cpuset
from . import cpus, files, nodes
from .files import DiscoveryError
from .machine import Cpu, Machine, Node, Package

__all__ = ["Discovered", "DiscoveryError", "discover"]


@dataclass(frozen=True, slots=True)
class Discovered:
    """The machine, and sentences on what could not be read but is not needed."""

    machine: Machine
    warnings: tuple[str, ...] = ()


def discover(root: Path) -> Discovered:
    """Read the machine from `sys` below `root` (`/` for the real one).

    Raises `DiscoveryError`, whose text names a file and what is wrong with it.
    """
    system = files.Folder(root / "sys/devices/system")
    found = cpus.find(system.below("cpu"))
    numa = nodes.find(system.below("node"), cpuset.of(found.online), found.offline_nodes)
    _check(system, found.online, numa)
    isolated, warnings = _isolated(system.below("cpu"))
    machine = Machine(
        cpus=found.online,
        nodes=numa,
        packages=_packages(found.online),
        offline=found.offline,
        isolated=isolated & (cpuset.of(found.online) | found.offline),
    )
    return Discovered(machine, warnings)


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
