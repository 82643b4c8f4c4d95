# SPDX-License-Identifier: Apache-2.0
"""How near a pool is to the devices of a container, by their topology hints (section 7.6).

A hint names CPUs, NUMA nodes or sockets; the first of them that it has counts. Unlike the original,
CPUs of a hint are compared with those of the die, where the pool is one.
"""

from collections.abc import Callable, Mapping

from ... import cpuset
from ...model import Hint
from .tree import Hardware, Kind, Pool

KUBELET = "kubelet"
"""Provider of the hint that is no device's; it is not looked at."""


def scores(pool: Pool, hints: tuple[Hint, ...]) -> tuple[float, ...]:
    """Give a number from 0 (far) to 1 (here) for each hint."""
    return tuple(_score(pool.hardware, hint) for hint in hints)


def counting(hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
    """Give the hints that are looked at."""
    return tuple(
        hint
        for hint in hints
        if hint.provider != KUBELET and (hint.cpus or hint.numas or hint.sockets)
    )


def _score(place: Hardware, hint: Hint) -> float:
    if hint.cpus:
        return _cpus(place, hint.cpus)
    if hint.numas:
        listed = _ids(hint.numas)
        return 0.0 if listed is None else _NODES[place.kind](place, listed)
    listed = _ids(hint.sockets)
    return 0.0 if listed is None else _SOCKETS[place.kind](place, listed)


def _cpus(place: Hardware, text: str) -> float:
    try:
        wanted = cpuset.parse(text)
    except cpuset.BadList:
        return 0.0
    return (wanted & place.cpus).bit_count() / wanted.bit_count() if wanted else 0.0


def _ids(text: str) -> int | None:
    """Read ids that are separated by commas; a range is none."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return None
    return cpuset.of(int(part) for part in parts)


_Rule = Callable[[Hardware, int], float]

_NODES: Mapping[Kind, _Rule] = {
    Kind.NODE: lambda place, listed: 1.0 if listed & place.nodes else 0.0,
    Kind.DIE: lambda place, listed: 0.9 if listed & place.nodes else 0.0,
    Kind.SOCKET: lambda place, listed: 0.9 if listed & place.nodes else 0.0,
    Kind.ROOT: lambda _place, _listed: 0.81,
}
_SOCKETS: Mapping[Kind, _Rule] = {
    Kind.NODE: lambda place, listed: (listed >> place.package & 1) / place.share,
    Kind.DIE: lambda place, listed: (listed >> place.package & 1) / place.share,
    Kind.SOCKET: lambda place, listed: float(listed >> place.package & 1),
    Kind.ROOT: lambda _place, _listed: 0.9,
}
