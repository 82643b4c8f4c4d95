# SPDX-License-Identifier: Apache-2.0
"""The check whether containers have what was decided for them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from resmgr import cpuset
from resmgr.collect import containers

from .. import live, placed
from ..node import cgroups
from .finding import Finding, Node, ok, unknown, wrong

_NAME = "placements"
_SHOWN = 3


def placements(node: Node) -> Finding:
    """Compare the CPUs that the policy gave with those that the kernel holds containers to."""
    try:
        listed = placed.read(live.get("/introspect", node.socket))
        folders = cgroups.look(node.root).folders("cpuset")
    except live.CannotAsk as error:
        return unknown(_NAME, error.message, error.hint)
    except containers.CannotList as error:
        return unknown(_NAME, str(error), "run it as root")
    known = [one for one in listed if one.known and one.allowed and one.id in folders]
    other = list(_differing(known, folders))
    if other:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        remedy = "somebody else sets cpusets; `cri-resmgrctl reconcile` sets ours again"
        return wrong(_NAME, f"{'; '.join(other[:_SHOWN])}{more}", remedy)
    decided = sum(1 for one in listed if one.known and one.allowed)
    if decided and not known:
        detail = f"none of {decided} containers that were given CPUs has a cgroup here"
        return unknown(_NAME, detail, "cat /proc/mounts; --sysfs-root names another root")
    return ok(_NAME, f"{len(known)} of {len(listed)} containers compared, all as decided")


def _differing(known: Iterable[placed.Placed], folders: Mapping[str, Path]) -> Iterator[str]:
    for one in known:
        held = cgroups.held(folders[one.id])
        if held is not None and held.cpus != one.allowed:
            decided, real = cpuset.show(one.allowed), cpuset.show(held.cpus)
            yield f"{one.title} has CPUs {real}, decided were {decided}"
