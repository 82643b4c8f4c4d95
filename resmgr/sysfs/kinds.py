# SPDX-License-Identifier: Apache-2.0
"""Kinds of cores of hybrid machines: large, fast ones and small, efficient ones.

Kernels for Intel's hybrid processors list them below `devices`; others tell each CPU's capacity;
of what is left the highest frequency is taken. A CPU that reaches less than four fifths of the
best one is efficient: cores of one kind differ by less, since some are better than others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .. import cpuset
from .files import DiscoveryError, Folder
from .machine import CoreKind, Cpu

_PARTS, _OF = 4, 5


@dataclass(frozen=True, slots=True)
class Kinds:
    """Masks of both kinds; where one is not told neither is. `warnings` are sentences."""

    performance: int = 0
    efficient: int = 0
    warnings: tuple[str, ...] = ()


def find(devices: Folder, cpus: Mapping[int, Cpu], capacities: Mapping[int, int]) -> Kinds:
    """Tell kinds from `devices`, from capacities by CPU, or from frequencies."""
    names = devices.names()
    if "cpu_core" in names and "cpu_atom" in names:
        return _listed(devices, cpuset.of(cpus))
    for strength in (capacities, {id_: cpu.max_frequency for id_, cpu in cpus.items()}):
        if found := _efficient(strength, len(cpus)):
            return Kinds(cpuset.of(cpus) & ~found, found)
    return Kinds()


def put(kinds: Kinds, cpus: dict[int, Cpu]) -> dict[int, Cpu]:
    """Give the CPUs with their kinds."""
    if not kinds.performance and not kinds.efficient:
        return cpus
    return {
        id_: replace(
            cpu,
            kind=_kind(kinds, id_),
        )
        for id_, cpu in cpus.items()
    }


def _kind(kinds: Kinds, id_: int) -> CoreKind:
    if kinds.performance >> id_ & 1:
        return CoreKind.PERFORMANCE
    return CoreKind.EFFICIENT if kinds.efficient >> id_ & 1 else CoreKind.ORDINARY


def _listed(devices: Folder, online: int) -> Kinds:
    try:
        large, small = devices.ids("cpu_core/cpus"), devices.ids("cpu_atom/cpus")
    except DiscoveryError as error:
        return Kinds(warnings=(f"{error}; all cores are taken for alike",))
    if not large & small:
        return Kinds(large & online, small & online)
    path, both = f"{devices.path}/cpu_atom/cpus", cpuset.show(large & small)
    cause = f"CPUs {both} are in cpu_core/cpus, too; all cores are taken for alike"
    return Kinds(warnings=(f"cannot read {path}: {cause}",))


def _efficient(strength: Mapping[int, int], count: int) -> int:
    """The CPUs that are much weaker than the best one, if all are told and others are not."""
    if len(strength) < count or min(strength.values()) <= 0:
        return 0
    limit = max(strength.values()) * _PARTS
    return cpuset.of(id_ for id_, value in strength.items() if value * _OF < limit)
