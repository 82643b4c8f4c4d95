# SPDX-License-Identifier: Apache-2.0
"""The engine's start: what was remembered and what the runtime has become one (section 5)."""

import logging
from dataclasses import dataclass

from .. import cpuset
from ..engine import events
from ..engine.engine import Engine
from ..engine.outcome import Outcome
from ..model import LinuxResources
from ..policy.interface import PolicyError
from .configuring import sources
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
            return Begun(engine, outcome, chosen)
        try:
            chosen = prepared.choose(chosen.later)
        except sources.Unusable as error:
            raise CannotStart(str(error)) from error
