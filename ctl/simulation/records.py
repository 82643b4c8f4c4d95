# SPDX-License-Identifier: Apache-2.0
"""What became of each container, while a simulation runs."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from resmgr.model import Container, LinuxResources, Pod, Qos, Requirements
from resmgr.policy.interface import Subject

from .podspecs import ContainerSpec, PodSpec


class State(Enum):
    """Where a container stands."""

    RUNNING = "running"
    FINISHED = "finished"
    """An init container that has done its work; what it had is free again."""

    REFUSED = "refused"
    """The policy cannot give it what it asks for; the kubelet would try again and again."""

    WAITING = "waiting"
    """An init container before it was refused."""


@dataclass(slots=True, eq=False)
class Record:
    """One container; `linux` is what it was created with, or has by now."""

    pod: PodSpec
    spec: ContainerSpec
    state: State = State.WAITING
    cache_id: str = ""
    runtime_id: str = ""
    qos: Qos = Qos.UNKNOWN
    requirements: Requirements = field(default_factory=Requirements)
    linux: LinuxResources = field(default_factory=LinuxResources)
    why: tuple[str, ...] = ()
    """What the policy said about it when it came, or when it was resized last."""

    environment: tuple[tuple[str, str], ...] = ()
    """Variables that the policy adds."""

    command: tuple[str, ...] | None = None
    """What is run instead of what the manifest says, if the policy rewrites it."""

    refusal: str = ""
    failure: str = ""
    """The policy broke down over it, so that it runs as it was asked for."""

    arrival: "Arrival | None" = None

    @property
    def name(self) -> str:
        """Namespace, pod and container."""
        return f"{self.pod.full_name}:{self.spec.name}"

    def learn(self, container: Container) -> None:
        """Take over what is known of it now."""
        self.cache_id = container.cache_id
        self.requirements = container.requirements
        self.linux = container.linux


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an explanation needs: the policy and its state before the container came."""

    policy: Any
    state: Any
    subject: Subject


@dataclass(slots=True)
class Running:
    """A pod on the node."""

    spec: PodSpec
    pod: Pod
    records: dict[str, Record] = field(default_factory=dict)
    """By container."""
