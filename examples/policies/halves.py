# SPDX-License-Identifier: Apache-2.0
"""Policy `halves`: each container runs on one half of the CPUs, the one with fewer containers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resmgr import cpuset
from resmgr.intents import SetCpuset
from resmgr.policy.interface import BadConfiguration, Constraints, Policy, Reason, Step, Subject
from resmgr.sysfs.machine import Machine


@dataclass(frozen=True, slots=True)
class State:
    """Which half, 0 or 1, each container has, by cache id; a new state for each step."""

    halves: Mapping[str, int] = field(default_factory=dict)


class Halves:
    """Decides, and does nothing: what is to be done comes out as intents."""

    name = "halves"

    def __init__(self, halves: tuple[int, int]) -> None:
        """Take the CPUs of both halves as masks."""
        self._halves = halves

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Containers that were known keep their half; others are placed as if they came now."""
        known: dict[str, int] = json.loads((saved or {}).get("halves", "{}"))
        here = [one.container.cache_id for one in running]
        step = Step(State({key: half for key, half in known.items() if key in here}))
        for one in running:
            more = self.allocate(step.state, one)
            step = Step(more.state, step.intents + more.intents, step.reasons + more.reasons)
        return step

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Give it the half that fewer have; one that is known keeps what it has."""
        key = subject.container.cache_id
        if key in state.halves:
            return Step(state)
        taken = list(state.halves.values())
        half = int(taken.count(1) < taken.count(0))
        why = f"has half {half}: {taken.count(half)} others are there"
        return Step(
            State({**state.halves, key: half}),
            (SetCpuset(key, self._halves[half]),),
            (Reason(key, why),),
        )

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Forget it."""
        return Step(State({key: half for key, half in state.halves.items() if key != cache_id}))

    def update(self, state: State, subject: Subject) -> Step[State]:
        """What a container requests does not matter here."""
        del subject
        return Step(state)

    def rebalance(self, state: State) -> Step[State]:
        """Nobody is moved."""
        return Step(state)

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Tell a container its CPUs."""
        half = state.halves.get(cache_id)
        return {} if half is None else {"SHARED_CPUS": cpuset.show(self._halves[half])}

    def dump(self, state: State) -> dict[str, str]:
        """Give what `start` gets after a restart."""
        return {"halves": json.dumps(dict(state.halves))}

    def introspect(self, state: State) -> dict[str, Any]:
        """Show two pools, and who is where."""
        shown = [cpuset.show(cpus) for cpus in self._halves]
        return {
            "Pools": {f"half {number}": {"CPUs": cpus} for number, cpus in enumerate(shown)},
            "Assignments": {
                key: {"Pool": f"half {half}", "SharedCPUs": shown[half]}
                for key, half in state.halves.items()
            },
        }


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make it, or say what is wrong with its configuration. It has none of its own."""
    del config
    cpus = list(cpuset.ids(constraints.available or machine.online))
    if len(cpus) < 2:
        raise BadConfiguration("policy halves needs two CPUs; make more available")
    middle = len(cpus) // 2
    return Halves((cpuset.of(cpus[:middle]), cpuset.of(cpus[middle:])))
