# SPDX-License-Identifier: Apache-2.0
"""Why a container of a simulation is where it is.

Each one is explained as of the moment when it came, by the policy itself; if it has other CPUs by
now, since others came and went, that is told beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from resmgr.engine import asked
from resmgr.policy import explain
from resmgr.policy.explain import Explanation
from resmgr.policy.interface import Policy

from . import placements
from .kubelet import Kubelet
from .placements import Placement
from .records import Arrival, Record, State
from .run import Simulation


@dataclass(frozen=True, slots=True)
class Explained:
    """One container: where it is, and the explanation as `explain.document` has it."""

    placement: Placement
    policy: str
    document: Mapping[str, Any]
    moved: bool
    """It runs with other CPUs or memory nodes than it came with."""

    @property
    def refusal(self) -> str:
        """Why it has nothing: the policy's words, or of whoever refused it after the policy."""
        told: str = self.document["refusal"]
        return told or (self.placement.refusal if self.placement.state is State.REFUSED else "")

    @property
    def now_cpus(self) -> int:
        """The CPUs that it has by now."""
        return self.placement.cpus

    @property
    def now_mems(self) -> int:
        """The memory nodes that it has by now."""
        return self.placement.mems


class Explaining:
    """A simulation that remembers what is needed to explain what fits `target`."""

    def __init__(self, kubelet: Kubelet, policy: Policy[Any], target: str) -> None:
        """Begin. Raises `PolicyError`."""
        self._target = target
        self.simulation = Simulation(kubelet, policy, lambda record: names(target, record))

    def known(self) -> Iterable[str]:
        """Give the names of all pods and containers, each once."""
        found: dict[str, None] = {}
        for record in self.simulation.records:
            found |= dict.fromkeys((record.pod.name, record.spec.name, record.name))
        return list(found)

    def explained(self) -> list[Explained]:
        """Explain all containers that fit."""
        placed = {one.name: one for one in placements.of(self.simulation).containers}
        found = []
        for record in self.simulation.records:
            if names(self._target, record) and record.arrival is not None:
                told = explanation(record.arrival)
                now = placed[record.name]
                moved = now.state is State.RUNNING and (now.cpus, now.mems) != (
                    told.cpus,
                    told.mems,
                )
                name = record.arrival.policy.name
                found.append(Explained(now, name, explain.document(told), moved))
        return found


def names(target: str, record: Record) -> bool:
    """Whether a name is that of a container, of its pod, or both, with or without namespace.

    As the daemon's page has it, a slash may stand for the colon before the container.
    """
    pod, container = record.pod, record.spec.name
    both = {f"{one}{sign}{container}" for one in (pod.name, pod.full_name) for sign in ":/"}
    return target in {container, pod.name, pod.full_name, *both}


def explanation(arrival: Arrival) -> Explanation:
    """Explain a container as of the moment when it came."""
    policy, state, subject = arrival.policy, arrival.state, arrival.subject
    wishes = asked.of(subject.pod, subject.container.name)
    if wishes.cpu_preserved:
        return Explanation("left untouched, as its annotation asks for")
    if isinstance(policy, explain.Explains):
        return policy.explain(state, subject)
    return explain.attempt(policy, state, subject).explained(f"policy {policy.name}", ())
