# SPDX-License-Identifier: Apache-2.0
"""The memory that is near to CPUs."""

from collections.abc import Mapping

from .. import cpuset
from ..sysfs.machine import Machine, MemoryType


def nodes(machine: Machine, cpus: int) -> int:
    """Give the NUMA nodes that have any of the CPUs, as a mask.

    A node without memory stands for the nearest ones of ordinary memory, since the kernel takes no
    node without memory; 0 where there is no such memory at all.
    """
    mask = 0
    for node in machine.nodes.values():
        if node.cpus & cpus:
            own = node.memory is not MemoryType.NONE
            mask |= 1 << node.id if own else _nearest(machine, node.distances)
    return mask


def _nearest(machine: Machine, distances: Mapping[int, int]) -> int:
    """Give the nearest nodes that have ordinary memory."""
    far = {
        id_: distances[id_]
        for id_, node in machine.nodes.items()
        if node.memory is MemoryType.DRAM and id_ in distances
    }
    return cpuset.of(id_ for id_, distance in far.items() if distance == min(far.values()))
