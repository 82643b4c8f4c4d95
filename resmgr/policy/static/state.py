# SPDX-License-Identifier: Apache-2.0
"""What the static policy remembers: who has which exclusive CPUs, and who shares the rest.

The default set is what nobody has; it is worked out, so that it cannot contradict the assignments.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ... import cpuset
from .. import remembered
from ..interface import BadState
from .supply import Supply


@dataclass(frozen=True, slots=True)
class State:
    """Exclusive CPUs by cache id, and the cache ids of the containers that share."""

    assignments: Mapping[str, int] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()

    @property
    def assigned(self) -> int:
        """The CPUs that some container has for itself."""
        return sum(self.assignments.values())

    def default(self, supply: Supply) -> int:
        """The CPUs that all others share."""
        return supply.available & ~self.assigned

    def isolated(self, supply: Supply) -> int:
        """The isolated CPUs that nobody has."""
        return supply.isolated & ~self.assigned

    def sharing(self, cache_id: str) -> "State":
        """Let a container share."""
        return State(_without(self.assignments, cache_id), self.shared | {cache_id})

    def owning(self, cache_id: str, cpus: int) -> "State":
        """Give a container CPUs for itself, in place of those it has."""
        return State({**self.assignments, cache_id: cpus}, self.shared - {cache_id})

    def forgetting(self, cache_id: str) -> "State":
        """Let a container have nothing."""
        return State(_without(self.assignments, cache_id), self.shared - {cache_id})


def _without(assignments: Mapping[str, int], cache_id: str) -> Mapping[str, int]:
    return {key: cpus for key, cpus in assignments.items() if key != cache_id}


ASSIGNMENTS, DEFAULT = "CPUAssignments", "DefaultCPUSet"

SHARED = json.dumps("shared")
"""The text by the cache id of a container that shares."""


def dump(state: State, supply: Supply) -> dict[str, str]:
    """Give JSON texts by key: CPU lists by container, the default set, and all that share it."""
    return _owned(state, supply) | dict.fromkeys(sorted(state.shared), SHARED)


def entries(before: State, after: State, supply: Supply) -> dict[str, str | None]:
    """Give what of `dump` differs, `None` for what is gone: little, however many containers share.

    Containers that have CPUs for themselves are no more than there are CPUs.
    """
    found: dict[str, str | None] = dict.fromkeys(after.shared - before.shared, SHARED)
    found |= dict.fromkeys(before.shared - after.shared)
    if before.assignments != after.assignments:
        found |= _owned(after, supply)
    return found


def _owned(state: State, supply: Supply) -> dict[str, str]:
    assignments = {key: cpuset.show(cpus) for key, cpus in state.assignments.items()}
    return {
        ASSIGNMENTS: json.dumps(assignments, sort_keys=True),
        DEFAULT: json.dumps(cpuset.show(state.default(supply))),
    }


def load(saved: Mapping[str, str], supply: Supply) -> State:
    """Read what `dump` gave, and judge it against CPUs that may have changed. Raises `BadState`."""
    with remembered.reading("the saved state of policy static"):
        assignments = {
            remembered.text(key): cpuset.parse(remembered.text(cpus))
            for key, cpus in json.loads(saved[ASSIGNMENTS]).items()
        }
        default = cpuset.parse(remembered.text(json.loads(saved[DEFAULT])))
        shared = frozenset(key for key, text in saved.items() if text == SHARED)
    if not default:
        raise BadState("default cpuset cannot be empty")
    _judge(assignments, default, supply)
    return State(assignments, shared - assignments.keys())


def _judge(assignments: Mapping[str, int], default: int, supply: Supply) -> None:
    taken = 0
    for key, cpus in assignments.items():
        shown = cpuset.show(cpus)
        if not cpus:
            raise BadState(f"container {key} has an empty assignment")
        if cpus & taken:
            raise BadState(f"CPUs {shown} of container {key} are assigned twice")
        if cpus & default:
            raise BadState(f"CPUs {shown} of container {key} are in the default cpuset, too")
        taken |= cpus
    known = supply.available | supply.isolated
    if (taken | default) & ~known:
        raise BadState(
            f"current available CPUs {cpuset.show(known)}"
            f" are not a superset of CPUs in state {cpuset.show(taken | default)}"
        )
    if supply.reserved & taken:
        left = cpuset.show(supply.available & ~taken)
        raise BadState(
            f"not all reserved cpus: {cpuset.show(supply.reserved)}"
            f" are present in defaultCpuSet: {left}"
        )
