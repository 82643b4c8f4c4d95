# SPDX-License-Identifier: Apache-2.0
"""Each container's use of CPUs and memory beside what it was given: the daemon's page and cgroups.

A container that only one of the two knows has come or gone between them, and is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from resmgr import cpuset

from . import placed
from .node import cgroups, usage


@dataclass(frozen=True, slots=True)
class Row:
    """One container; what is not known is None."""

    placed: placed.Placed
    used: usage.Used
    cpu: int | None = None
    """Milli-CPU that it used between two readings."""
    held: cgroups.Held | None = None
    shares: int | None = None

    @property
    def cpus(self) -> int:
        """The CPUs that it may run on, as the kernel says, or the policy where it is not asked."""
        return self.held.cpus if self.held else self.placed.allowed

    def document(self) -> dict[str, Any]:
        """Give it for machines: CPU in milli-CPU, memory in bytes."""
        nodes = self.used.nodes
        return {
            "id": self.placed.id,
            "namespace": self.placed.namespace,
            "pod": self.placed.pod,
            "name": self.placed.name,
            "pool": self.placed.pool,
            "cpu_milli": self.cpu,
            "cpus": cpuset.show(self.cpus),
            "exclusive": cpuset.show(self.placed.exclusive),
            "mems": cpuset.show(self.held.mems) if self.held else "",
            "shares": self.shares,
            "cpu_request_milli": self.placed.cpu_request,
            "cpu_limit_milli": self.placed.cpu_limit,
            "memory": self.used.memory,
            "memory_by_node": {str(one): nodes[one] for one in sorted(nodes)},
        }


_ORDER: Final[Mapping[str, Callable[[Row], Any]]] = {
    "cpu": lambda one: -(one.cpu or 0),
    "memory": lambda one: -one.used.memory,
    "name": lambda one: one.placed.title,
    "pool": lambda one: one.placed.pool,
}
SORTS: Final = tuple(_ORDER)
"""What rows can be sorted by; equal ones by their names."""


def ordered(rows: Iterable[Row], by: str) -> list[Row]:
    """Sort rows."""
    names = sorted(rows, key=lambda one: (one.placed.title, one.placed.id))
    return sorted(names, key=_ORDER[by])


def rows(
    listed: Iterable[placed.Placed],
    layout: cgroups.Layout,
    before: usage.Reading | None,
    now: usage.Reading,
) -> list[Row]:
    """Put together what is known; a container that was not there `before` has no CPU use yet.

    Raises `CannotList` of the collectors.
    """
    spent = usage.between(before, now) if before else {}
    cpusets, weights = layout.folders("cpuset"), layout.folders("cpu")
    return [
        Row(
            placed=one,
            used=now.containers[one.id],
            cpu=spent.get(one.id),
            held=_of(cpusets, one.id, cgroups.held),
            shares=_of(weights, one.id, cgroups.shares),
        )
        for one in listed
        if one.id in now.containers
    ]


def _of(folders: Mapping[str, Path], one: str, read: Callable[[Path], Any]) -> Any:
    folder = folders.get(one)
    return read(folder) if folder else None
