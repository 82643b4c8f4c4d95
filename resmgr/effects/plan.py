# SPDX-License-Identifier: Apache-2.0
"""From intents to what has to be done: one change of a request, updates of other containers.

Shrinking comes before growing: a CPU is taken from one container before another one gets it. An
update always carries the complete resources of a container, since a runtime leaves fields that are
not set unchanged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ..engine.outcome import Outcome
from ..intents import (
    AddEnvironment,
    AssignCpuClass,
    ExportData,
    RewriteCommand,
    SetTopTierLimit,
)
from ..model import Container, ContainerState, LinuxResources, Mount

_REACHABLE = {ContainerState.CREATED, ContainerState.RUNNING}


@dataclass(frozen=True, slots=True)
class RequestChange:
    """What a create or update request must carry; `None` and empty leave what is in it.

    `linux` has the fields that differ from the request's, the others are 0.
    """

    linux: LinuxResources = field(default_factory=LinuxResources)
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    mounts: tuple[Mount, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the request can go on as it is, byte for byte."""
        return self == RequestChange()


class Turn(IntEnum):
    """When an update has its turn; those of one turn can be sent side by side."""

    SHRINKS = 0
    """It only gives CPUs back."""

    MOVES = 1
    """It gives CPUs back and takes others, or changes something else."""

    GROWS = 2
    """It only takes CPUs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an outcome comes to, in the order in which it has to be done."""

    updates: tuple[Container, ...] = ()
    """Containers whose complete resources have to be sent to the runtime, by their turns."""

    had: Mapping[str, LinuxResources] = field(default_factory=dict)
    """What these containers had before, by cache id."""

    request: RequestChange = field(default_factory=RequestChange)
    exports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Cache id -> keys and values of the file that the container may read."""

    cpu_classes: tuple[AssignCpuClass, ...] = ()
    top_tier: tuple[SetTopTierLimit, ...] = ()


def make(outcome: Outcome, find: Callable[[str], Container | None], subject: str = "") -> Plan:
    """Make the plan of an outcome.

    `find` gives a container by its cache id as it is known now. `subject` is the cache id of the
    container whose request is on its way: its intents change the request, not the container.
    """
    exports: dict[str, dict[str, str]] = {}
    classes: list[AssignCpuClass] = []
    top_tier: list[SetTopTierLimit] = []
    command: RewriteCommand | None = None
    environment: tuple[tuple[str, str], ...] = ()
    for intent in outcome.intents:
        match intent:
            case ExportData(cache_id, values):
                exports[cache_id] = dict(values)
            case AssignCpuClass():
                classes.append(intent)
            case SetTopTierLimit():
                top_tier.append(intent)
            case RewriteCommand(cache_id) if cache_id == subject:
                command = intent
            case AddEnvironment(cache_id, variables) if cache_id == subject:
                environment += variables
            case _:
                pass
    updates = _updates(outcome.before, find, subject)
    return Plan(
        updates=updates,
        had={container.cache_id: outcome.before[container.cache_id] for container in updates},
        request=RequestChange(
            linux=_changed(outcome.before.get(subject), find(subject)),
            command=command.command if command else None,
            args=command.args if command else None,
            environment=environment,
        ),
        exports=exports,
        cpu_classes=tuple(classes),
        top_tier=tuple(top_tier),
    )


def _updates(
    before: Mapping[str, LinuxResources],
    find: Callable[[str], Container | None],
    subject: str,
) -> tuple[Container, ...]:
    found = []
    for cache_id, old in before.items():
        container = find(cache_id)
        if container is None or cache_id == subject or container.state not in _REACHABLE:
            continue
        if container.linux != old:
            found.append((turn(old, container.linux), container))
    return tuple(container for _, container in sorted(found, key=lambda pair: pair[0]))


def turn(old: LinuxResources, new: LinuxResources) -> Turn:
    """Tell when it is the turn of a container that is to have something else."""
    given_back = old.cpuset_cpus & ~new.cpuset_cpus
    taken = new.cpuset_cpus & ~old.cpuset_cpus
    if given_back and not taken:
        return Turn.SHRINKS
    return Turn.GROWS if taken and not given_back else Turn.MOVES


def _changed(old: LinuxResources | None, container: Container | None) -> LinuxResources:
    if old is None or container is None:
        return LinuxResources()
    new = container.linux
    return LinuxResources(
        shares=new.shares if new.shares != old.shares else 0,
        quota=new.quota if new.quota != old.quota else 0,
        period=new.period if new.period != old.period else 0,
        memory_limit=new.memory_limit if new.memory_limit != old.memory_limit else 0,
        cpuset_cpus=new.cpuset_cpus if new.cpuset_cpus != old.cpuset_cpus else 0,
        cpuset_mems=new.cpuset_mems if new.cpuset_mems != old.cpuset_mems else 0,
    )
