# SPDX-License-Identifier: Apache-2.0
"""A policy small enough to see through, and makers of pods and containers.

The policy gives each container one CPU of its own out of a fixed number; it refuses when none is
left and breaks down for a container called `broken`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resmgr.engine import events
from resmgr.intents import SetCpuset
from resmgr.model import Container, ContainerState, LinuxResources, Pod, Qos
from resmgr.policy.interface import BadState, CannotAllocate, Step, Subject

POD = Pod("pod-1", "uid-1", "web", "default", qos=Qos.GUARANTEED)

Given = Mapping[str, int]


@dataclass(frozen=True)
class OneEach:
    """See the module; `cpus` is how many there are."""

    cpus: int = 4
    name: str = "one-each"
    released: list[str] = field(default_factory=list)

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[Given]:
        """Keep what is saved for containers that run, allocate the others."""
        if saved and "given" not in saved:
            message = "saved state has no member given"
            raise BadState(message)
        before: Given = json.loads(saved["given"]) if saved else {}
        alive = {one.container.cache_id for one in running}
        step: Step[Given] = Step({key: cpu for key, cpu in before.items() if key in alive})
        intents: tuple[Any, ...] = ()
        for subject in running:
            if subject.container.cache_id not in step.state:
                step = self.allocate(step.state, subject)
                intents += step.intents
        return Step(step.state, intents)

    def allocate(self, state: Given, subject: Subject) -> Step[Given]:
        """Give the lowest free CPU."""
        key = subject.container.cache_id
        if subject.container.name == "broken":
            raise ZeroDivisionError
        if key in state:
            return Step(state)
        free = [cpu for cpu in range(self.cpus) if cpu not in state.values()]
        if not free:
            message = "no CPU is left"
            raise CannotAllocate(message)
        return Step({**state, key: free[0]}, (SetCpuset(key, 1 << free[0]),))

    def release(self, state: Given, cache_id: str) -> Step[Given]:
        """Take the CPU back."""
        self.released.append(cache_id)
        if cache_id not in state:
            return Step(state)
        return Step({key: cpu for key, cpu in state.items() if key != cache_id})

    def update(self, state: Given, subject: Subject) -> Step[Given]:
        """Refuse whatever is more than one CPU."""
        if (subject.container.requirements.cpu_request or 0) > 1000:
            message = "only one CPU each"
            raise CannotAllocate(message)
        return Step(state)

    def rebalance(self, state: Given) -> Step[Given]:
        """Change nothing."""
        return Step(state)

    def export(self, state: Given, cache_id: str) -> Mapping[str, str]:
        """Tell nothing."""
        del state, cache_id
        return {}

    def dump(self, state: Given) -> dict[str, str]:
        """Give all as one entry."""
        return {"given": json.dumps(dict(state))}

    def introspect(self, state: Given) -> dict[str, Any]:
        """Show all."""
        return dict(state)


def make_container(name: str = "main", **more: Any) -> Container:
    """Build a container of `POD` as a create request describes it."""
    known: dict[str, Any] = {"pod_id": POD.id, "linux": LinuxResources(shares=1024)}
    return Container(cache_id="", name=name, **(known | more))


def creating(name: str = "main", **more: Any) -> events.ContainerCreating:
    """Build the event of such a container."""
    return events.ContainerCreating(make_container(name, **more), POD)


def listed(
    name: str, runtime_id: str, state: ContainerState = ContainerState.RUNNING, **more: Any
) -> Container:
    """Build a container as the runtime lists it."""
    return make_container(name, id=runtime_id, state=state, **more)
