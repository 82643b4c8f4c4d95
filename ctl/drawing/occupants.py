# SPDX-License-Identifier: Apache-2.0
"""Containers on CPUs, read from what the daemon tells (`/introspect`) or a simulation printed."""

import itertools
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resmgr import cpuset

from .. import placed

_RUNNING = "running"
EXPECTED = "expected what /introspect or `simulate -o json` gives"


class BadDocument(ValueError):
    """A document tells of no containers; the text says what was expected, in one clause."""


@dataclass(frozen=True, slots=True)
class Occupant:
    """One container; `exclusive` and `shared` are masks of CPUs.

    One with exclusive CPUs has a `label` that is drawn at them, the others have none.
    """

    name: str
    pool: str
    exclusive: int
    shared: int
    label: str = ""

    @property
    def cpus(self) -> int:
        """All CPUs that it may use."""
        return self.exclusive | self.shared


def read(document: Mapping[str, Any]) -> tuple[Occupant, ...]:
    """Give the containers of a document that have a place, by name. Raises `BadDocument`.

    Of a simulation of steps it is who is there in the end.
    """
    if isinstance(document.get("after"), Mapping):
        document = document["after"]
    if isinstance(document.get("containers"), list):
        found = sorted(_simulated(document["containers"]), key=lambda one: one.name)
    elif "Pods" in document or "Assignments" in document:
        found = list(_told(document))
    else:
        raise BadDocument(EXPECTED)
    labels = _labels()
    return tuple(
        Occupant(one.name, one.pool, one.exclusive, one.shared, next(labels))
        if one.exclusive
        else one
        for one in found
    )


def _told(document: Mapping[str, Any]) -> Iterator[Occupant]:
    try:
        containers = placed.read(document)
    except (AttributeError, TypeError, ValueError) as error:
        raise BadDocument(EXPECTED) from error
    for one in containers:
        if one.allowed:
            yield Occupant(_clean(one.title), _clean(one.pool), one.exclusive, one.shared)


def within(occupants: tuple[Occupant, ...], online: int) -> tuple[tuple[Occupant, ...], int]:
    """Give occupants with the CPUs that a machine has, and the mask of others that they name."""
    elsewhere = 0
    kept = []
    for one in occupants:
        elsewhere |= one.cpus & ~online
        here = Occupant(one.name, one.pool, one.exclusive & online, one.shared & online, one.label)
        kept.append(here)
    return tuple(kept), elsewhere


def _clean(name: str) -> str:
    """No name may speak to a terminal."""
    return "".join(char if char.isprintable() else " " for char in name)


def _simulated(containers: list[Any]) -> Iterator[Occupant]:
    for one in containers:
        if not isinstance(one, Mapping):
            raise BadDocument("expected a list of containers")
        cpus, exclusive = _mask(one.get("cpus")), _mask(one.get("exclusive"))
        if cpus | exclusive and one.get("state", _RUNNING) == _RUNNING and not one.get("refusal"):
            name = f"{one.get('namespace')}/{one.get('pod')}:{one.get('container')}"
            pool = str(one.get("pool") or "")
            yield Occupant(_clean(name), _clean(pool), exclusive, cpus & ~exclusive)


def _mask(text: Any) -> int:
    try:
        return cpuset.parse(str(text or ""))
    except cpuset.BadList as error:
        raise BadDocument(str(error)) from error


def _labels() -> Iterator[str]:
    """Give A to Z, then AA, AB, and so on."""
    for length in itertools.count(1):
        yield from map("".join, itertools.product(string.ascii_uppercase, repeat=length))
