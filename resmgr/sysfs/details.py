# SPDX-License-Identifier: Apache-2.0
"""Caches and clusters: what people want to see, and no policy decides by.

They are many files, so each is read once for all CPUs that share it. What cannot be read is not
shown, and told in a sentence each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .. import cpuset
from .files import DiscoveryError, Folder
from .machine import Cache, CacheType

_SIZE = re.compile(r"(?P<amount>[0-9]{1,12})(?P<unit>[KMG]?)")
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30}
_TYPES = {type_.value: type_ for type_ in CacheType}
_NO_CLUSTER = (-1, 65535)
"""What kernels write where the hardware knows no clusters."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Details:
    """Caches and clusters, in the order that `Machine` has them, and sentences on what is not."""

    caches: tuple[Cache, ...] = ()
    clusters: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


NONE = Details()
"""What there is where nobody looks."""


def find(folder: Folder, online: int) -> Details:
    """Read them below `devices/system/cpu`; `online` is the mask of online CPUs."""
    problems: list[str] = []
    caches = tuple(sorted(_caches(folder, online, problems), key=_order))
    clusters = tuple(_clusters(folder, online, problems))
    hidden = len(problems) - _SHOWN
    more = (f"{hidden} more files of caches and clusters cannot be read",) if hidden > 0 else ()
    return Details(caches, clusters, (*problems[:_SHOWN], *more))


def _order(cache: Cache) -> tuple[int, str, int]:
    return cache.level, cache.type.value, cpuset.first(cache.cpus)


def _caches(folder: Folder, online: int, problems: list[str]) -> Iterator[Cache]:
    found: dict[tuple[int, CacheType], dict[int, int]] = {}
    done: dict[int, int] = {}
    for id_ in cpuset.ids(online):
        own = folder.below(f"cpu{id_}/cache")
        for number in own.numbered("index"):
            if done.get(number, 0) >> id_ & 1:
                continue
            try:
                cache = _cache(own, f"index{number}", online, id_)
                done[number] = done.get(number, 0) | cache.cpus
                owners = found.setdefault((cache.level, cache.type), {})
                # The same cache may have another number at another kind of core.
                if owners.get(id_) != cache.cpus:
                    _claim(owners, cache.cpus, f"{own.path}/index{number}/shared_cpu_list")
                    yield cache
            except DiscoveryError as error:
                problems.append(str(error))


def _claim(owners: dict[int, int], cpus: int, path: str) -> None:
    """Refuse CPUs that are in two caches of one level and type."""
    for id_ in cpuset.ids(cpus):
        if id_ in owners:
            other = cpuset.show(owners[id_])
            raise DiscoveryError(f"cannot read {path}: CPU {id_} shares one with CPUs {other}")
    owners.update(dict.fromkeys(cpuset.ids(cpus), cpus))


def _cache(folder: Folder, name: str, online: int, id_: int) -> Cache:
    text, kind = folder.text(f"{name}/size"), folder.text(f"{name}/type")
    size = _SIZE.fullmatch(text)
    if size is None:
        raise DiscoveryError(f"cannot read {folder.path}/{name}/size: {text[:40]!r} is no size")
    if kind not in _TYPES:
        raise DiscoveryError(f"cannot read {folder.path}/{name}/type: {kind[:40]!r} is no type")
    return Cache(
        level=folder.number(f"{name}/level"),
        type=_TYPES[kind],
        size=int(size["amount"]) << _UNITS[size["unit"]],
        cpus=folder.ids(f"{name}/shared_cpu_list") & online | 1 << id_,
    )


def _clusters(folder: Folder, online: int, problems: list[str]) -> Iterator[int]:
    seen = 0
    for id_ in cpuset.ids(online):
        own = folder.below(f"cpu{id_}/topology")
        if seen >> id_ & 1 or own.number_or("cluster_id", -1) in _NO_CLUSTER:
            continue
        try:
            mask = own.ids("cluster_cpus_list") & online | 1 << id_
        except DiscoveryError as error:
            problems.append(str(error))
            continue
        if mask & seen:
            both = cpuset.show(mask & seen)
            path = f"{own.path}/cluster_cpus_list"
            problems.append(f"cannot read {path}: CPUs {both} are in another cluster, too")
            continue
        seen |= mask
        yield mask
