# SPDX-License-Identifier: Apache-2.0
"""The machine as plain data; CPU and NUMA node sets are masks (`cpuset`).

Offline CPUs belong to no package, die or core (the original counted them as members of package 0).
Frequencies in kHz, memory in bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class MemoryType(Enum):
    """What kind of memory a NUMA node has."""

    DRAM = "dram"
    PMEM = "pmem"
    HBM = "hbm"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cpu:
    """One logical CPU that is online."""

    id: int
    package: int
    die: int
    core: int
    node: int
    threads: int
    """Mask of the online CPUs of its core, itself included."""

    base_frequency: int = 0
    min_frequency: int = 0
    max_frequency: int = 0
    energy_preference: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One NUMA node."""

    id: int
    cpus: int
    distances: Mapping[int, int]
    """Node id -> distance, itself included."""

    memory: MemoryType = MemoryType.DRAM
    memory_total: int = 0
    normal_memory: bool = True


@dataclass(frozen=True, slots=True)
class Package:
    """One socket."""

    id: int
    cpus: int
    nodes: int
    dies: Mapping[int, int] = field(default_factory=dict)
    """Die id -> mask of its CPUs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """All of it; mappings by id, in ascending order."""

    cpus: Mapping[int, Cpu]
    nodes: Mapping[int, Node]
    packages: Mapping[int, Package]
    offline: int = 0
    isolated: int = 0

    @property
    def online(self) -> int:
        """Mask of all online CPUs."""
        mask = 0
        for cpu in self.cpus:
            mask |= 1 << cpu
        return mask
