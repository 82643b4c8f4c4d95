# SPDX-License-Identifier: Apache-2.0
"""NUMA nodes as `devices/system/node` shows them, and what kind of memory they have."""

import re
from dataclasses import dataclass

from .. import cpuset
from .files import DiscoveryError, Folder
from .machine import MemoryType, Node

_TOTAL = re.compile(r"^Node\s+[0-9]+\s+MemTotal:\s+(?P<amount>[0-9]{1,18})(?:\s+(?P<unit>\S+))?$")
_UNITS = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True, slots=True)
class _Raw:
    cpus: int
    distances: dict[int, int]
    total: int
    has_memory: bool
    has_cpus: bool


def find(folder: Folder, online: int, offline_nodes: int) -> dict[int, Node]:
    """Read every node below `devices/system/node`.

    `online` is the mask of online CPUs; `offline_nodes` the nodes known to have an offline CPU,
    which are then no CPU-less ones. Raises `DiscoveryError`.
    """
    ids = folder.numbered("node")
    if not ids:
        raise DiscoveryError(f"cannot find a NUMA node in {folder.path}: there is none")
    memory, normal = folder.ids("has_memory"), folder.ids("has_normal_memory")
    raw = {}
    for id_ in ids:
        own = folder.below(f"node{id_}")
        cpus = own.ids("cpulist")
        has_memory = bool(memory >> id_ & 1)
        has_cpus = bool(cpus or offline_nodes >> id_ & 1)
        raw[id_] = _Raw(
            cpus=cpus & online,
            distances=_distances(own, ids),
            total=_total(own, needed=not has_cpus) if has_memory else 0,
            has_memory=has_memory,
            has_cpus=has_cpus,
        )
    limit = _limit(folder, raw)
    return {
        id_: Node(
            id=id_,
            cpus=node.cpus,
            distances=node.distances,
            memory=_memory_type(node, limit),
            memory_total=node.total,
            normal_memory=bool(normal >> id_ & 1),
        )
        for id_, node in raw.items()
    }


def _distances(folder: Folder, ids: list[int]) -> dict[int, int]:
    """Distances are in the order of the nodes that exist, whatever their ids are."""
    words = folder.text("distance").split()
    if len(words) > len(ids) or not all(word.isdecimal() and len(word) < 10 for word in words):
        message = f"expected {len(ids)} distances, got {' '.join(words)[:60]!r}"
        raise DiscoveryError(f"cannot read {folder.path / 'distance'}: {message}")
    return {id_: int(word) for id_, word in zip(ids, words, strict=False)}


def _total(folder: Folder, *, needed: bool) -> int:
    """Give the bytes of a node; 0 if they are unknown and nothing depends on them."""
    text = folder.text("meminfo") if needed else folder.text_or("meminfo", "")
    for line in text.splitlines():
        match = _TOTAL.match(line.strip())
        unit = match and (match["unit"] or "").removesuffix("B")
        if match and unit in _UNITS:
            return int(match["amount"]) << 10 * _UNITS[unit]
    if needed:
        raise DiscoveryError(f"cannot read {folder.path / 'meminfo'}: it has no line MemTotal")
    return 0


def _limit(folder: Folder, nodes: dict[int, _Raw]) -> int | None:
    """Bytes below which memory without CPUs is small; None if there is no memory with CPUs."""
    ordinary = [node.total for node in nodes.values() if node.has_memory and node.has_cpus]
    special = cpuset.of(id_ for id_, node in nodes.items() if node.has_memory and not node.has_cpus)
    if not ordinary:
        return None
    average = sum(ordinary) // len(ordinary)
    if special and not average:
        shown = cpuset.show_ids(special)
        what = f"the memory type of nodes {shown} in {folder.path}"
        raise DiscoveryError(f"cannot tell {what}: no node with CPUs has memory of known size")
    return average


def _memory_type(node: _Raw, limit: int | None) -> MemoryType:
    """Tell what memory it is: none, that of CPUs, or small (HBM) or large (PMEM) memory apart.

    Where no node has both CPUs and memory, as some virtual machines have it, all memory is DRAM.
    """
    if not node.has_memory:
        return MemoryType.NONE
    if node.has_cpus or limit is None:
        return MemoryType.DRAM
    return MemoryType.HBM if node.total < limit else MemoryType.PMEM
