# SPDX-License-Identifier: Apache-2.0
"""Containers and what they were given, read from the daemon's page `/introspect`.

The page is that of the original: policies tell assignments by the runtime's id or by the daemon's
own (`<pod UID>:<name>`), and some tell none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resmgr import cpuset


@dataclass(frozen=True, slots=True)
class Placed:
    """One container; CPUs as masks, requests and limits in milli-CPU and bytes, 0 for none."""

    id: str
    pod: str
    name: str
    namespace: str = ""
    exclusive: int = 0
    shared: int = 0
    pool: str = ""
    shares: int | None = None
    known: bool = False
    """Whether the policy told what it has."""
    cpu_request: int = 0
    cpu_limit: int = 0
    memory_request: int = 0
    memory_limit: int = 0

    @property
    def title(self) -> str:
        """How people name it, as the daemon does."""
        named = f"{self.pod}:{self.name}"
        return f"{self.namespace}/{named}" if self.namespace else named

    @property
    def allowed(self) -> int:
        """The CPUs that it may run on, as the policy decided."""
        return self.exclusive | self.shared


def read(page: Mapping[str, Any]) -> tuple[Placed, ...]:
    """Give the containers of the page, by pod and name."""
    return tuple(sorted(_placed(page), key=lambda one: one.title))


def _placed(page: Mapping[str, Any]) -> Iterator[Placed]:
    assignments: Mapping[str, Any] = page.get("Assignments") or {}
    by_id = {str(one.get("ContainerID")): one for one in assignments.values()}
    for pod in (page.get("Pods") or {}).values():
        for number, container in (pod.get("Containers") or {}).items():
            own = f"{pod.get('UID')}:{container.get('Name')}"
            given = by_id.get(number) or assignments.get(number) or assignments.get(own)
            told = given or {}
            yield Placed(
                id=str(number),
                pod=str(pod.get("Name", "")),
                name=str(container.get("Name", "")),
                namespace=str(pod.get("Namespace", "")),
                exclusive=_mask(told.get("ExclusiveCPUs")),
                shared=_mask(told.get("SharedCPUs")),
                pool=str(told.get("Pool") or ""),
                shares=told.get("CPUShare"),
                known=given is not None,
                cpu_request=int(container.get("CPURequest") or 0),
                cpu_limit=int(container.get("CPULimit") or 0),
                memory_request=int(container.get("MemoryRequest") or 0),
                memory_limit=int(container.get("MemoryLimit") or 0),
            )


def _mask(text: Any) -> int:
    try:
        return cpuset.parse(str(text or ""))
    except cpuset.BadList:
        return 0
