# SPDX-License-Identifier: Apache-2.0
"""Types of balloons, from the data of a configuration (policies, sections 9.1 and 9.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..allocator import Priority
from ..interface import BadConfiguration
from .tree import Level

RESERVED, DEFAULT = "reserved", "default"
"""Types that there always are, of one balloon each."""

_FIXED = {RESERVED: ("MinCPUs", "MaxCPUs", "MinBalloons"), DEFAULT: ("MinBalloons",)}


@dataclass(frozen=True, slots=True)
class Type:
    """One type; 0 is no limit. `share`: the level within which idle CPUs are used as well."""

    name: str
    namespaces: tuple[str, ...] = ()
    min_cpus: int = 0
    max_cpus: int = 0
    priority: Priority = Priority.HIGH
    cpu_class: str = ""
    min_balloons: int = 0
    max_balloons: int = 0
    spread_pods: bool = False
    per_namespace: bool = False
    prefer_new: bool = False
    share: Level | None = None
    spread_cores: bool = False
    balance: bool = False
    fixed: bool = False
    """Its balloon has the reserved CPUs, and keeps them."""

    @property
    def built_in(self) -> bool:
        """Whether there is one balloon of it, whatever happens."""
        return self.name in (RESERVED, DEFAULT)


def read(config: Mapping[str, Any]) -> dict[str, Type]:
    """Give all types by name: `reserved`, `default`, then the others in their order.

    Raises `BadConfiguration` with a line for each type that is wrong.
    """
    policy = _Given(config)
    built_in = Type(
        RESERVED,
        priority=Priority.NONE,
        spread_cores=policy.flag("PreferSpreadOnPhysicalCores"),
        balance=policy.flag("AllocatorTopologyBalancing"),
        fixed=True,
    )
    found = {RESERVED: built_in, DEFAULT: replace(built_in, name=DEFAULT)}
    seen: set[str] = set()
    problems: list[str] = []
    for position, data in enumerate(config.get("BalloonTypes") or ()):
        given = _Given(data)
        name = str(given["Name"] or "")
        wrong = _wrong(given, name)
        if name in seen:
            wrong.append(f"balloon type {name} is defined twice")
        seen.add(name)
        place = f"policy.balloons.BalloonTypes[{position}]"
        problems += [f"{place} {name!r}: {text}" for text in wrong]
        if not wrong:
            found[name] = _changed(found[name], given) if name in found else _own(given, built_in)
    if problems:
        raise BadConfiguration("\n".join(problems))
    return found


class _Given:
    """Data with keys in any case; None is as good as nothing."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = {key.casefold(): value for key, value in data.items()}

    def __getitem__(self, key: str) -> Any:
        return self._data.get(key.casefold())

    def count(self, key: str) -> int:
        return self[key] or 0

    def flag(self, key: str, default: bool = False) -> bool:  # noqa: FBT001, FBT002 - as `get` has it
        value = self[key]
        return default if value is None else value is True


def _wrong(given: _Given, name: str) -> list[str]:
    found = [] if name else ["undefined or empty balloon name"]
    for low, high in (("MinCPUs", "MaxCPUs"), ("MinBalloons", "MaxBalloons")):
        least, most = given.count(low), given.count(high)
        if 0 < most < least:
            found.append(f"invalid configuration: {low} {least} is more than {high} {most}")
    taken = (key for key in _FIXED.get(name, ()) if given.count(key))
    found += [f"the built-in balloon type {name} takes no {key}" for key in taken]
    share = given["ShareIdleCPUsInSame"]
    if share and str(share).upper() not in Level.__members__:
        found.append(f"unknown ShareIdleCPUsInSame: {str(share)[:40]!r}")
    if given["AllocatorPriority"] not in (None, *map(int, Priority)):
        found.append(f"unknown AllocatorPriority: {str(given['AllocatorPriority'])[:40]}")
    return found


def _changed(built_in: Type, given: _Given) -> Type:
    """Change what may be changed of a built-in type."""
    least, most = given.count("MinCPUs"), given.count("MaxCPUs")
    return replace(
        built_in,
        namespaces=tuple(given["Namespaces"] or ()),
        priority=_priority(given, built_in.priority),
        cpu_class=str(given["CPUClass"] or ""),
        min_cpus=least,
        max_cpus=most,
        fixed=not (least or most),
    )


def _own(given: _Given, below: Type) -> Type:
    share = given["ShareIdleCPUsInSame"]
    return Type(
        name=str(given["Name"]),
        namespaces=tuple(given["Namespaces"] or ()),
        min_cpus=given.count("MinCPUs"),
        max_cpus=given.count("MaxCPUs"),
        priority=_priority(given, Priority.HIGH),
        cpu_class=str(given["CPUClass"] or ""),
        min_balloons=given.count("MinBalloons"),
        max_balloons=given.count("MaxBalloons"),
        spread_pods=given.flag("PreferSpreadingPods"),
        per_namespace=given.flag("PreferPerNamespaceBalloon"),
        prefer_new=given.flag("PreferNewBalloons"),
        share=Level[str(share).upper()] if share else None,
        spread_cores=given.flag("PreferSpreadOnPhysicalCores", below.spread_cores),
        balance=given.flag("AllocatorTopologyBalancing", below.balance),
    )


def _priority(given: _Given, default: Priority) -> Priority:
    value = given["AllocatorPriority"]
    return default if value is None else Priority(value)
