# SPDX-License-Identifier: Apache-2.0
"""CPUs as `devices/system/cpu` shows them.

An offline CPU has no topology, and on many kernels no link to its NUMA node: nothing but its id is
read, and it belongs to no package, die or core.
"""

from dataclasses import dataclass

from .files import DiscoveryError, Folder
from .machine import Cpu


@dataclass(frozen=True, slots=True)
class Found:
    """The CPUs there are.

    `offline` is a mask, `offline_nodes` the mask of nodes that offline CPUs are still linked to.
    """

    online: dict[int, Cpu]
    offline: int = 0
    offline_nodes: int = 0


def find(folder: Folder) -> Found:
    """Read every CPU below `devices/system/cpu`. Raises `DiscoveryError`."""
    present = folder.numbered("cpu")
    awake = [id_ for id_ in present if _is_online(folder.below(f"cpu{id_}"))]
    if not awake:
        raise DiscoveryError(f"cannot find a CPU in {folder.path}: there is none that is online")
    mask = sum(1 << id_ for id_ in awake)
    asleep = [id_ for id_ in present if not mask >> id_ & 1]
    nodes = {node for id_ in asleep for node in folder.below(f"cpu{id_}").numbered("node")}
    return Found(
        {id_: _cpu(id_, folder.below(f"cpu{id_}"), mask) for id_ in awake},
        offline=sum(1 << id_ for id_ in asleep),
        offline_nodes=sum(1 << node for node in nodes),
    )


def _is_online(folder: Folder) -> bool:
    # A CPU that cannot be taken offline has no such file.
    return not folder.text_or("online", "1").startswith("0")


def _cpu(id_: int, folder: Folder, online: int) -> Cpu:
    nodes = folder.numbered("node")
    if len(nodes) != 1:
        shown = ", ".join(f"node{node}" for node in nodes) or "none"
        cause = f"exactly one node per cpu allowed, got {shown}"
        raise DiscoveryError(f"cannot tell the NUMA node of CPU {id_} in {folder.path}: {cause}")
    topology, frequency = folder.below("topology"), folder.below("cpufreq")
    return Cpu(
        id=id_,
        # Kernels write -1 where the hardware does not tell.
        package=max(0, topology.number("physical_package_id")),
        die=max(0, topology.number_or("die_id", 0)),
        core=topology.number("core_id"),
        node=nodes[0],
        threads=topology.ids("thread_siblings_list") & online | 1 << id_,
        base_frequency=frequency.number_or("base_frequency", 0),
        min_frequency=frequency.number_or("cpuinfo_min_freq", 0),
        max_frequency=frequency.number_or("cpuinfo_max_freq", 0),
        energy_preference=frequency.text_or("energy_performance_preference", ""),
    )
