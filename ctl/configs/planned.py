# SPDX-License-Identifier: Apache-2.0
"""What another configuration would do to the containers that run: the daemon's own engine tells.

It begins with what the daemon remembers, so it knows what nothing else tells: who is protected, who
was adjusted, what the policy holds for whom. Nothing of it reaches a container.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resmgr import cpuset, model
from resmgr.effects import plan
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.engine.outcome import Outcome
from resmgr.model import Container, ContainerState, LinuxResources
from resmgr.policy.interface import Policy, PolicyError
from resmgr.state.changes import Saved
from resmgr.sysfs.machine import Machine

_HELD = {ContainerState.CREATED, ContainerState.RUNNING}


@dataclass(frozen=True, slots=True)
class Move:
    """A container that would get other resources; `name` as people write it."""

    name: str
    before: LinuxResources
    after: LinuxResources


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of the containers that run; see `switched` and `started`."""

    moves: tuple[Move, ...]
    """In the order in which the daemon would update them: who only gives CPUs back comes first."""

    stay: int
    """Containers for which nothing changes."""

    short: Mapping[str, str]
    """Container -> what it asks for and would run without."""

    notes: tuple[str, ...]
    """What the policy warns of."""


class Refused(Exception):
    """A daemon at work would not take it; `problems` says why, a line each."""

    def __init__(self, error: PolicyError) -> None:
        self.problems = tuple(line.strip() for line in str(error).splitlines())
        super().__init__(str(error))


def switched(saved: Saved, now: Policy[Any], wanted: Policy[Any], machine: Machine) -> Planned:
    """Plan that a daemon at work by policy `now` is given `wanted`.

    Raises `Refused`, and `PolicyError` where what is remembered does not fit `now` either.
    """
    engine = _engine(saved, now, machine)
    engine.start(_seen(saved))
    try:
        outcome = engine.switch(wanted)
    except PolicyError as error:
        raise Refused(error) from error
    return _planned(saved, engine, outcome)


def started(saved: Saved, wanted: Policy[Any], machine: Machine) -> Planned:
    """Plan that a daemon starts with `wanted`, which turns nobody away who runs.

    Raises `PolicyError` where it would not start.
    """
    engine = _engine(saved, wanted, machine)
    return _planned(saved, engine, engine.start(_seen(saved)))


def running(saved: Saved) -> list[Container]:
    """Give the containers that hold something."""
    return [one for one in saved.containers.values() if one.state in _HELD]


def _engine(saved: Saved, policy: Policy[Any], machine: Machine) -> Engine:
    free = LinuxResources(cpuset_cpus=machine.online, cpuset_mems=cpuset.of(machine.nodes))
    return Engine(policy, saved, unpinned=free)


def _seen(saved: Saved) -> events.Synchronised:
    return events.Synchronised(tuple(saved.pods.values()), tuple(running(saved)))


def _planned(saved: Saved, engine: Engine, outcome: Outcome) -> Planned:
    known = engine.ledger.containers
    moves = []
    for number, old in enumerate(running(saved)):
        new = known[old.cache_id].linux
        if new != old.linux:
            turn = plan.turn(old.linux, new)
            moves.append((turn, number, Move(_name(saved, old.cache_id), old.linux, new)))
    warned = (one for one in outcome.reasons if one.warning and not one.unmet)
    return Planned(
        moves=tuple(move for _, _, move in sorted(moves, key=lambda one: one[:2])),
        stay=len(running(saved)) - len(moves),
        short={_name(saved, one.container): one.text for one in outcome.reasons if one.unmet},
        notes=tuple(
            f"{_name(saved, one.container)}: {one.text}".removeprefix(": ") for one in warned
        ),
    )


def _name(saved: Saved, cache_id: str) -> str:
    container = saved.containers.get(cache_id)
    pod = saved.pods.get(container.pod_id) if container else None
    if container is None or pod is None:
        return cache_id
    return model.title(pod, container)
