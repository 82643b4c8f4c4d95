# SPDX-License-Identifier: Apache-2.0
"""The machine as plain data; CPU and NUMA node sets are masks (`cpuset`).

Offline CPUs belong to no package, die or core (the original counted them as members of package 0).
Frequencies in kHz, memory in bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .speed import SpeedSelect


class MemoryType(Enum):
    """What kind of memory a NUMA node has."""

    DRAM = "dram"
    PMEM = "pmem"
    HBM = "hbm"
    NONE = "none"


class CoreKind(Enum):
    """What kind of core a CPU is part of; ordinary where all cores are alike."""

    ORDINARY = "ordinary"
    PERFORMANCE = "performance"
    EFFICIENT = "efficient"


class CacheType(Enum):
    """What a cache holds, in the kernel's words."""

    DATA = "Data"
    INSTRUCTION = "Instruction"
    UNIFIED = "Unified"


def _sort(of: object, *names: str) -> None:
    """Sort mappings by id, so that nobody decides by the order in which files were found."""
    for name in names:
        object.__setattr__(of, name, dict(sorted(getattr(of, name).items())))


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
    kind: CoreKind = CoreKind.ORDINARY


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

    def __post_init__(self) -> None:
        """Sort by id."""
        _sort(self, "distances")


@dataclass(frozen=True, slots=True)
class Package:
    """One socket."""

    id: int
    cpus: int
    nodes: int
    dies: Mapping[int, int] = field(default_factory=dict)
    """Die id -> mask of its CPUs."""

    speed_select: SpeedSelect | None = None
    """None where nothing is known of it."""

    def __post_init__(self) -> None:
        """Sort by id."""
        _sort(self, "dies")


@dataclass(frozen=True, slots=True)
class Cache:
    """One cache; `cpus` is the mask of online CPUs that share it, `size` is in bytes."""

    level: int
    type: CacheType
    size: int
    cpus: int


@dataclass(frozen=True, slots=True)
class Machine:
    """All of it; mappings by id, in ascending order whatever order they are given in.

    Caches and clusters are details that nobody decides by: the daemon leaves them out.
    """

    cpus: Mapping[int, Cpu]
    nodes: Mapping[int, Node]
    packages: Mapping[int, Package]
    offline: int = 0
    isolated: int = 0
    caches: tuple[Cache, ...] = ()
    """In order of level, type and lowest CPU."""

    clusters: tuple[int, ...] = ()
    """Masks of online CPUs whose cores share a part of the die, in order of their lowest CPU."""

    def __post_init__(self) -> None:
        """Sort by id."""
        _sort(self, "cpus", "nodes", "packages")

    @property
    def online(self) -> int:
        """Mask of all online CPUs."""
        mask = 0
        for cpu in self.cpus:
            mask |= 1 << cpu
        return mask
