# SPDX-License-Identifier: Apache-2.0
"""What a daemon remembers against what the runtime has and the kernel does: pure comparison.

A container that is there on one side only, or that has other CPUs or memory nodes than were decided
for it, is a difference. What was never decided (a set of 0) cannot differ, nor can what a pod's
annotations have left alone (`preserve`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from resmgr import cpuset
from resmgr.effects import plan
from resmgr.engine import asked
from resmgr.engine.events import Synchronised
from resmgr.model import Container, ContainerState, LinuxResources, Pod, title
from resmgr.state.changes import Saved

from .node.cgroups import Held

_ALIVE = {ContainerState.CREATED, ContainerState.RUNNING}


class Kind(Enum):
    """How two sides differ; the value is for people and documents."""

    LINGERS = "lingers"
    """The daemon reckons with it, and the runtime has it no more, or it has ended."""

    UNKNOWN = "unknown"
    """It runs, and the daemon does not reckon with it."""

    DIFFERS = "differs"
    """It has other CPUs or memory nodes than were decided."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One container; for `DIFFERS` `wanted` is the container as it is meant to be."""

    kind: Kind
    id: str
    name: str
    detail: str
    wanted: Container | None = None
    turn: plan.Turn = plan.Turn.MOVES
    """When it may be updated: whoever gives CPUs back comes before whoever takes them."""


def compare(
    saved: Saved, seen: Synchronised, held: Callable[[str], Held | None]
) -> tuple[Difference, ...]:
    """Compare; `held` tells what the kernel holds a container to, by its id, None if not known.

    Where the kernel does not tell, what the runtime says counts.
    """
    known = {one.id: one for one in saved.containers.values() if one.id and one.state in _ALIVE}
    there = {one.id: one for one in seen.containers}
    pods = {**{one.id: one for one in seen.pods}, **saved.pods}
    found = []
    for number, one in known.items():
        name, real = _name(pods, one), there.get(number)
        if real is None or real.state not in _ALIVE:
            why = "the runtime does not have it" if real is None else "it has ended"
            cpus = cpuset.show(one.linux.cpuset_cpus)
            keeps = f"keeps CPUs {cpus} for it" if cpus else "still reckons with it"
            detail = f"{why}; the daemon {keeps}"
            found.append(Difference(Kind.LINGERS, number, name, detail))
        else:
            has = held(number) or Held(real.linux.cpuset_cpus, real.linux.cpuset_mems)
            if detail := _differing(_meant(pods.get(one.pod_id), one), has):
                turn = plan.turn(replace(one.linux, cpuset_cpus=has.cpus), one.linux)
                found.append(Difference(Kind.DIFFERS, number, name, detail, one, turn))
    ended = ContainerState.EXITED
    remembered = {one.id for one in saved.containers.values() if one.state is not ended}
    for number, one in there.items():
        if number not in remembered and one.state in _ALIVE:
            detail = "it runs, and the daemon does not reckon with it"
            found.append(Difference(Kind.UNKNOWN, number, _name(pods, one), detail))
    return tuple(found)


def lasting(first: Iterable[Difference], second: Iterable[Difference]) -> tuple[Difference, ...]:
    """Give what was found twice: whatever was on its way meanwhile is no difference."""
    before = {(one.kind, one.id, one.detail) for one in first}
    return tuple(one for one in second if (one.kind, one.id, one.detail) in before)


def is_untold(seen: Container) -> bool:
    """Whether the runtime tells nothing of what a container has that is not over."""
    return seen.state in _ALIVE and seen.linux == LinuxResources()


def _name(pods: dict[str, Pod], container: Container) -> str:
    pod = pods.get(container.pod_id)
    return title(pod, container) if pod else f"{container.name} ({container.id[:12]})"


def _meant(pod: Pod | None, container: Container) -> Held:
    """Give what was decided, without what others may set as they like."""
    wants = asked.of(pod, container.name) if pod else asked.NOTHING
    return Held(
        0 if wants.cpu_preserved else container.linux.cpuset_cpus,
        0 if wants.cpu_preserved or wants.memory_preserved else container.linux.cpuset_mems,
    )


def _differing(meant: Held, has: Held) -> str:
    """Say which sets are others than were decided; empty if none is."""
    pairs = (
        ("CPUs", has.cpus, meant.cpus, cpuset.show),
        ("memory nodes", has.mems, meant.mems, cpuset.show_ids),
    )
    return "; ".join(
        f"has {what} {show(real)}, decided were {show(decided)}"
        for what, real, decided, show in pairs
        if decided and real and real != decided
    )
