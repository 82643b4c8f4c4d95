# SPDX-License-Identifier: Apache-2.0
"""What can happen, as data, whichever front end saw it.

Containers are named by the runtime's id, except where they do not have one yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..intents import Intent
from ..model import Container, ContainerState, LinuxResources, Pod


@dataclass(frozen=True, slots=True)
class PodStarted:
    """The runtime has made a pod sandbox."""

    pod: Pod


@dataclass(frozen=True, slots=True)
class PodStopped:
    """The runtime has stopped a pod sandbox; its containers do not run any more."""

    id: str


@dataclass(frozen=True, slots=True)
class PodRemoved:
    """A pod sandbox is being removed, whether the runtime succeeded or not."""

    id: str


@dataclass(frozen=True, slots=True)
class ContainerCreating:
    """A container is about to be created; `container.cache_id` is left to the engine.

    `pod` is what the request says about the pod, for one that was not known.
    """

    container: Container
    pod: Pod


@dataclass(frozen=True, slots=True)
class ContainerCreated:
    """The runtime has created it and given it an id."""

    cache_id: str
    id: str


@dataclass(frozen=True, slots=True)
class CreateFailed:
    """The runtime did not create it, or nobody knows (the call was cut off)."""

    cache_id: str


@dataclass(frozen=True, slots=True)
class ContainerStarted:
    """The runtime has started it."""

    id: str


@dataclass(frozen=True, slots=True)
class ContainerStopped:
    """The runtime has stopped it."""

    id: str


@dataclass(frozen=True, slots=True)
class ContainerRemoved:
    """It is being removed, whether the runtime succeeded or not."""

    id: str


@dataclass(frozen=True, slots=True)
class ContainerResized:
    """Its resources are to change; `linux` has the fields of the request, 0: not in it."""

    id: str
    linux: LinuxResources


@dataclass(frozen=True, slots=True)
class ContainersListed:
    """A complete list of the runtime's containers: id -> state.

    `since` is the engine's `sequence` when the list was asked for: what began to run after that
    may be missing from it.
    """

    states: Mapping[str, ContainerState]
    since: int


@dataclass(frozen=True, slots=True)
class Synchronising:
    """The runtime is being asked for everything it has, while calls go on.

    What happens from now until `Synchronised` comes is newer than what that says.
    """


@dataclass(frozen=True, slots=True)
class Synchronised:
    """Everything that the runtime has, at start or after it was away."""

    pods: tuple[Pod, ...]
    containers: tuple[Container, ...]


@dataclass(frozen=True, slots=True)
class Rebalance:
    """It is time to see whether something can be improved."""


@dataclass(frozen=True, slots=True)
class LoadMeasured:
    """Somebody has measured how busy CPUs are: id -> thousandths of the time since the last one."""

    load: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Reminded:
    """The time has come that the policy asked to be reminded of a container; by cache id."""

    container: str


@dataclass(frozen=True, slots=True)
class IntentFailed:
    """Something could not be carried out; `error` says why."""

    intent: Intent
    error: str


Event = (
    PodStarted
    | PodStopped
    | PodRemoved
    | ContainerCreating
    | ContainerCreated
    | CreateFailed
    | ContainerStarted
    | ContainerStopped
    | ContainerRemoved
    | ContainerResized
    | ContainersListed
    | Synchronising
    | Synchronised
    | Rebalance
    | LoadMeasured
    | Reminded
    | IntentFailed
)
