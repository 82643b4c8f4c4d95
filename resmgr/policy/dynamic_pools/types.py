# SPDX-License-Identifier: Apache-2.0
"""Types of pools, one pool each, from the data of `policy.dynamic-pools` (policies, section 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..allocator import Priority
from ..interface import BadConfiguration

RESERVED, SHARED = "reserved", "shared"
"""The pools that there always are, the first two."""

_SYSTEM = "kube-system"


@dataclass(frozen=True, slots=True)
class Type:
    """One type of pool."""

    name: str
    namespaces: tuple[str, ...] = ()
    priority: Priority = Priority.HIGH
    cpu_class: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """The configuration; `types` begins with `reserved` and `shared`."""

    types: tuple[Type, ...]
    system: tuple[str, ...] = (_SYSTEM,)
    """Patterns of namespaces whose containers run on the reserved CPUs."""

    pin_cpu: bool = True
    pin_memory: bool = True

    @property
    def classes(self) -> bool:
        """Whether any pool has a CPU class."""
        return any(one.cpu_class for one in self.types)


def read(config: Mapping[str, Any]) -> Options:
    """Read the configuration. Raises `BadConfiguration` with a line for each problem."""
    found = {name: Type(name, priority=Priority.NONE) for name in (RESERVED, SHARED)}
    problems: list[str] = []
    seen: set[str] = set()
    for position, data in enumerate(config.get("DynamicPoolTypes") or ()):
        given = {key.casefold(): value for key, value in data.items() if value is not None}
        name = str(given.get("name") or "")
        where = f"policy.dynamic-pools.DynamicPoolTypes[{position}]"
        if not name:
            problems.append(f"{where}: undefined or empty dynamicPool name")
        elif name in seen:
            problems.append(f"{where}: dynamicPool {name} is defined twice")
        elif given.get("allocatorpriority", 0) not in tuple(map(int, Priority)):
            problems.append(f"{where}: unknown AllocatorPriority of dynamicPool {name}")
        else:
            found[name] = _changed(found.get(name, Type(name)), given)
        seen.add(name)
    if problems:
        raise BadConfiguration("\n".join(problems))
    system = config.get("ReservedPoolNamespaces") or ()
    return Options(
        tuple(found.values()),
        tuple(dict.fromkeys((_SYSTEM, *map(str, system)))),
        pin_cpu=config.get("PinCPU") is not False,
        pin_memory=config.get("PinMemory") is not False,
    )


def _changed(type_: Type, given: Mapping[str, Any]) -> Type:
    return replace(
        type_,
        namespaces=tuple(map(str, given.get("namespaces") or ())),
        priority=Priority(given.get("allocatorpriority", type_.priority)),
        cpu_class=str(given.get("cpuclass") or ""),
    )
