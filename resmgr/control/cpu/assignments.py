# SPDX-License-Identifier: Apache-2.0
"""Which CPUs are in which class (controllers, section 3.2).

Kept with the policy's state, so that it goes with the policy that has decided it.
"""

import json
from collections.abc import Iterable, Mapping

from ... import cpuset
from ...intents import AssignCpuClass, Intent

KEY = "CPUClassAssignments"
"""Name of the entry in the policy's state."""

Assignments = Mapping[str, int]
"""Class -> mask of its CPUs; no class is empty, no CPU is in two."""


def assigned(before: Assignments, name: str, cpus: int) -> Assignments:
    """Put CPUs in a class, and take them from all others."""
    if not cpus & ~before.get(name, 0):
        return before
    left = {other: mask & ~cpus for other, mask in before.items()}
    left[name] = left.get(name, 0) | cpus
    return {key: left[key] for key in sorted(left) if left[key]}


def after(before: Assignments, intents: Iterable[Intent]) -> Assignments:
    """Give the assignments after what a policy wants."""
    for intent in intents:
        if isinstance(intent, AssignCpuClass):
            before = assigned(before, intent.name, intent.cpus)
    return before


def text(assignments: Assignments) -> str:
    """Give the entry that is kept."""
    return json.dumps({name: cpuset.show(cpus) for name, cpus in sorted(assignments.items())})


def read(entry: str | None) -> Assignments:
    """Read an entry; one that makes no sense is as none: a policy that starts assigns anew."""
    try:
        found = json.loads(entry or "{}")
        pairs = [(str(name), cpuset.parse(cpus)) for name, cpus in found.items()]
    except (ValueError, AttributeError, TypeError):
        return {}
    made: Assignments = {}
    for name, cpus in pairs:
        made = assigned(made, name, cpus)
    return made
