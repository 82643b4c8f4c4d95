# SPDX-License-Identifier: Apache-2.0
"""The pools: names, CPU lists and their sockets, held against the machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from ...sysfs.machine import Machine
from ..interface import BadConfiguration

INFRA, SHARED = "infra", "shared"
"""Pools that all containers are told of; the second one is that of containers that name none."""


_PATH = "policy.static-pools.pools"


@dataclass(frozen=True, slots=True)
class CpuList:
    """CPUs that are given out together; `text` names them as the configuration does."""

    socket: int
    text: str
    cpus: int


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool; lists of an exclusive one are of one container at a time."""

    name: str
    exclusive: bool
    lists: tuple[CpuList, ...]

    @property
    def text(self) -> str:
        """All lists, as containers are told of them."""
        return ",".join(one.text for one in self.lists)


Pools = Mapping[str, Pool]


def read(config: Mapping[str, Any], machine: Machine) -> Pools:
    """Read the data of `policy.static-pools`. Raises `BadConfiguration` with all problems."""
    given = config.get("pools") or {}
    if not given:
        raise BadConfiguration(f"{_PATH}: invalid config, no pools configured")
    pools = {name: _pool(name, data) for name, data in given.items()}
    problems = [*_missing(pools, machine), *_shared(pools)]
    if problems:
        raise BadConfiguration("\n".join(problems))
    return pools


def _pool(name: str, data: Any) -> Pool:
    data = _folded(data)
    lists = tuple(_list(name, _folded(one)) for one in data.get("cpulists") or ())
    return Pool(name, data.get("exclusive") is True, lists)


def _list(pool: str, data: Mapping[str, Any]) -> CpuList:
    # A list of one CPU may be written as a number.
    value = data.get("cpuset")
    text = "" if value is None else str(value).strip()
    try:
        cpus = cpuset.parse(text)
    except cpuset.BadList as error:
        raise BadConfiguration(f"{_PATH}.{pool}: {error}") from error
    if not cpus:
        raise BadConfiguration(f"{_PATH}.{pool}: it has an empty CPU list")
    return CpuList(data.get("socket") or 0, text, cpus)


def _folded(data: Any) -> Mapping[str, Any]:
    """Keys count in any case."""
    return {key.casefold(): value for key, value in (data or {}).items()}


def _missing(pools: Pools, machine: Machine) -> Iterator[str]:
    for pool, one in _all(pools):
        if outside := one.cpus & ~machine.online:
            yield (
                f"{_PATH}.{pool.name}: CPUs {cpuset.show(outside)} of list {one.text}"
                f" are not online, online are {cpuset.show(machine.online)}"
            )


def _shared(pools: Pools) -> Iterator[str]:
    """What is exclusive is in no other list."""
    every = list(_all(pools))
    for number, (pool, one) in enumerate(every):
        for other_pool, other in every[:number]:
            both = one.cpus & other.cpus
            if both and (pool.exclusive or other_pool.exclusive):
                yield (
                    f"{_PATH}.{pool.name}: CPUs {cpuset.show(both)} are in list {one.text} and in"
                    f" list {other.text} of pool {other_pool.name}, one of which is exclusive"
                )


def _all(pools: Pools) -> Iterator[tuple[Pool, CpuList]]:
    for pool in pools.values():
        for one in pool.lists:
            yield pool, one
