# SPDX-License-Identifier: Apache-2.0
"""What intents make of the resources that a container has."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from .. import quantity
from ..intents import (
    Intent,
    SetCpuset,
    SetMemoryLimit,
    SetMems,
    SetQuota,
    SetShares,
)
from ..model import Container, LinuxResources


def after(linux: LinuxResources, intent: Intent) -> LinuxResources:
    """Give what a container's resources are once an intent is carried out; 0 leaves what it has."""
    match intent:
        case SetCpuset(_, cpus):
            return _pinned(linux, cpus or linux.cpuset_cpus, linux.cpuset_mems)
        case SetMems(_, nodes):
            return _pinned(linux, linux.cpuset_cpus, nodes or linux.cpuset_mems)
        case SetShares(_, shares):
            return replace(linux, shares=shares)
        case SetQuota(_, quota, period):
            return replace(linux, quota=quota, period=period)
        case SetMemoryLimit(_, limit):
            return replace(linux, memory_limit=limit)
        case _:
            return linux


def _pinned(linux: LinuxResources, cpus: int, nodes: int) -> LinuxResources:
    # One step may be about hundreds of containers, and `replace` takes four times as long.
    return LinuxResources(linux.shares, linux.quota, linux.period, linux.memory_limit, cpus, nodes)


_KINDS = (SetCpuset, SetMems, SetShares, SetQuota, SetMemoryLimit)


def afterwards(
    intents: Iterable[Intent], find: Callable[[str], Container | None]
) -> dict[str, LinuxResources]:
    """Give what containers have once all intents are carried out, by cache id.

    It has those that intents set resources of and that `find` knows, changed or not.
    """
    found: dict[str, LinuxResources] = {}
    pinned = _Pinned()
    for intent in intents:
        if isinstance(intent, _KINDS):
            linux = found.get(intent.container)
            if linux is None:
                container = find(intent.container)
                if container is None:
                    continue
                linux = container.linux
            if isinstance(intent, SetCpuset):
                found[intent.container] = pinned.to(intent.cpus, linux)
            else:
                found[intent.container] = after(linux, intent)
    return found


class _Pinned:
    """Resources on other CPUs: equal ones are one value from then on.

    Many containers share CPUs and are moved together, so that is made once instead of for each.
    """

    def __init__(self) -> None:
        self._equal: dict[tuple[LinuxResources, int], LinuxResources] = {}
        # The value is kept beside what comes of it, so that nothing else has its id meanwhile.
        self._same: dict[tuple[int, int], tuple[LinuxResources, LinuxResources]] = {}

    def to(self, cpus: int, linux: LinuxResources) -> LinuxResources:
        """Give them on these CPUs; 0 leaves them where they are."""
        known = self._same.get((id(linux), cpus))
        if known is None:
            made = self._equal.get((linux, cpus))
            if made is None:
                made = _pinned(linux, cpus or linux.cpuset_cpus, linux.cpuset_mems)
                self._equal[linux, cpus] = made
            known = self._same[id(linux), cpus] = linux, made
        return known[1]


def unpinned(
    containers: Iterable[Container], intents: Iterable[Intent], free: LinuxResources
) -> tuple[Intent, ...]:
    """Let go what a former policy set and the intents of the new one do not care for.

    `free` has the CPUs and NUMA nodes of a container that no policy pins; 0 where it is not known.
    Shares stand for the container's own request again, if that is known.
    """
    cared = {(type(one), getattr(one, "container", "")) for one in intents}
    return tuple(
        intent
        for container in containers
        for intent in _let_go(container, free)
        if (type(intent), container.cache_id) not in cared
    )


def _let_go(
    container: Container, free: LinuxResources
) -> Iterator[SetCpuset | SetMems | SetShares]:
    key, linux = container.cache_id, container.linux
    if linux.cpuset_cpus and free.cpuset_cpus:
        yield SetCpuset(key, free.cpuset_cpus)
    if linux.cpuset_mems and free.cpuset_mems:
        yield SetMems(key, free.cpuset_mems)
    if (request := container.requirements.cpu_request) is None or not linux.shares:
        return
    shares = quantity.shares(request)
    # A request that was read from shares is rounded: shares that stand for it are the kubelet's.
    if linux.shares != shares and quantity.milli_of_shares(linux.shares) != request:
        yield SetShares(key, shares)
