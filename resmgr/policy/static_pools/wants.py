# SPDX-License-Identifier: Apache-2.0
"""What a container asks for: a pool, a socket, how many lists, from all the places that say so."""

import json
from dataclasses import dataclass
from typing import Any

from ... import quantity
from ..interface import Subject
from . import isolate
from .isolate import ANY
from .pools import INFRA, SHARED

CORES = "cmk.intel.com/exclusive-cores"
"""The extended resource: lists of an exclusive pool."""

REQUESTS = "intel.com/resources"
"""The annotation in which the webhook says what a pod's containers request."""

_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Wants:
    """See the module; `rest` is what is to be run instead of `cmk isolate`, None for no change."""

    pool: str = SHARED
    socket: int = ANY
    affinity: bool = True
    count: int = 0
    rest: tuple[str, ...] | None = None
    odd: tuple[str, ...] = ()
    """What is doubtful, in words."""


def of(subject: Subject) -> Wants:
    """Look at the command line, then at the environment, which counts more (section 6)."""
    container, count = subject.container, cores(subject)
    environment = dict(container.env)
    found = isolate.find((*container.command, *container.args))
    odd: list[str] = []
    socket = found.socket if found else ANY
    if "STP_SOCKET_ID" in environment:
        given = isolate.number(environment["STP_SOCKET_ID"])
        if given is None:
            odd.append(f"STP_SOCKET_ID is {environment['STP_SOCKET_ID'][:40]!r}, no number")
        else:
            socket = given
    pool = environment.get("STP_POOL") or (found.pool if found else SHARED)
    asked = environment.get("CMK_NUM_CORES")
    if asked is not None and isolate.number(asked) != count:
        odd.append(f"CMK_NUM_CORES is {asked[:40]!r}, but {count} of {CORES} are requested")
    return Wants(
        pool=pool,
        socket=ANY if pool == INFRA else socket,
        affinity=not (found and found.no_affinity) and "STP_NO_AFFINITY" not in environment,
        count=count,
        rest=found.rest if found else None,
        odd=tuple(odd),
    )


def cores(subject: Subject) -> int:
    """Give how many exclusive lists are requested; what cannot be read is none."""
    text = subject.pod.annotations.get(REQUESTS)
    if not text:
        return 0
    try:
        data, name = json.loads(text), subject.container.name
        for kind in ("initContainers", "containers"):
            entry = (data.get(kind) or {}).get(name) or {}
            for part in ("requests", "limits"):
                value = (entry.get(part) or {}).get(CORES)
                if value is not None:
                    return _whole(value)
    except (ValueError, AttributeError, TypeError, RecursionError):
        pass
    return 0


def _whole(value: Any) -> int:
    return min(max(quantity.milli(str(value)) // 1000, 0), _MOST)
