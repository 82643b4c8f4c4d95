# SPDX-License-Identifier: Apache-2.0
"""The engine's start: what was remembered and what the runtime has become one (section 5)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from .. import cpuset
from ..engine import events
from ..engine.engine import Engine
from ..engine.outcome import Outcome
from ..model import LinuxResources
from ..policy.interface import PolicyError
from . import sources
from .prepare import CannotStart, Chosen, Prepared

_LOG = logging.getLogger("resource-manager")


@dataclass(frozen=True, slots=True)
class Begun:
    """An engine at work, what its start asks for, and the configuration that it works by."""

    engine: Engine
    outcome: Outcome
    chosen: Chosen


def begin(prepared: Prepared, chosen: Chosen, seen: events.Synchronised) -> Begun:
    """Start the engine; a kept configuration that does not fit what runs is passed over.

    Raises `CannotStart`.
    """
    machine = prepared.machine
    unpinned = LinuxResources(cpuset_cpus=machine.online, cpuset_mems=cpuset.of(machine.nodes))
    while True:
        engine = Engine(chosen.policy, prepared.saved, unpinned=unpinned)
        try:
            outcome = engine.start(seen)
        except PolicyError as error:
            message = f"failed to start policy {chosen.policy.name}: {error}"
            if chosen.source.must or not chosen.later:
                raise CannotStart(message) from error
            _LOG.warning("%s; the %s is not used", message, chosen.source)
        else:
            drift = Outcome(before=drifted(engine, seen))
            return Begun(engine, drift + outcome, chosen)
        try:
            chosen = prepared.choose(chosen.later)
        except sources.Unusable as error:
            raise CannotStart(str(error)) from error


def drifted(engine: Engine, seen: events.Synchronised) -> Mapping[str, LinuxResources]:
    """Give what containers have whose CPUs or nodes are not those that they are meant to have.

    A daemon that is killed may have decided on something that the runtime has not heard of. What
    was never decided, or is not told by the runtime, is left alone.
    """
    found: dict[str, LinuxResources] = {}
    for one in seen.containers:
        known = engine.ledger.find(one.id)
        if known is None or one.linux == LinuxResources():
            continue
        pairs = (
            (known.linux.cpuset_cpus, one.linux.cpuset_cpus),
            (known.linux.cpuset_mems, one.linux.cpuset_mems),
        )
        if any(meant and meant != has for meant, has in pairs):
            found[known.cache_id] = one.linux
    return found
