# SPDX-License-Identifier: Apache-2.0
"""What of a policy's state has to be written: the least that tells all of it."""

from typing import Any

from ..control.cpu import assignments
from ..policy.interface import Policy, Step
from ..state.changes import Change, PutEntries, PutPolicy


def step(
    policy: Policy[Any],
    taken: Step[Any],
    former: Any,
    *,
    classes: assignments.Assignments,
    former_classes: assignments.Assignments,
) -> tuple[Change, ...]:
    """Give the entries that a step changed if it says so, else all; nothing where nothing did."""
    entries = dict(taken.entries or {})
    if classes is not former_classes:
        entries[assignments.KEY] = assignments.text(classes)
    if taken.state is not former and (taken.entries is None or former is None):
        return (everything(policy, taken.state, classes),)
    return (PutEntries(entries),) if entries else ()


def everything(policy: Policy[Any], state: Any, classes: assignments.Assignments) -> PutPolicy:
    """Give the policy's name and all of its state."""
    entries = policy.dump(state)
    if classes:
        entries[assignments.KEY] = assignments.text(classes)
    return PutPolicy(policy.name, entries)
