# SPDX-License-Identifier: Apache-2.0
"""Which steps are due: a pure function of what is there and what is wanted."""

from dataclasses import dataclass

from . import facts as node_facts
from .steps import interface

ORDER = (
    "takeover",
    "tree",
    "rescue",
    "configuration",
    "units",
    "relay",
    "gate",
    "endpoint",
    "watch",
)
"""Steps in the order in which they are applied; removal goes the other way, the kubelet first."""

STATE = "state"
"""Not a step: what the installer itself keeps on a node, removed last."""

_LASTING = frozenset(ORDER) - {"gate", "watch", "takeover"}
"""Steps that leave something on the node."""


@dataclass(frozen=True, slots=True)
class Apply:
    """Make the node as wanted, as far as this step goes."""

    step: str


@dataclass(frozen=True, slots=True)
class Revert:
    """Take away what this step has ever left on the node."""

    step: str


Action = Apply | Revert


def plan(facts: node_facts.Facts, wanted: interface.Wanted | None) -> tuple[Action, ...]:
    """The actions that lead from `facts` to `wanted`, in order; empty when the node is there.

    `wanted` None: nothing of ours shall be on the node. A node that a person has disabled is only
    led back to containerd. The caller asks preflight first, and holds back after a rescue.
    """
    if wanted is None:
        there = facts.present | ({"endpoint"} if facts.marked else set())
        steps = [step for step in reversed(ORDER) if step in there]
        if steps or facts.leftover:
            steps.append(STATE)
        return tuple(Revert(step) for step in steps)
    if facts.disabled:
        return (Revert("endpoint"),) if "endpoint" in facts.present else ()
    due = {step for step in ORDER if step in _LASTING | {"takeover"} and step not in facts.done}
    if due & {"tree", "configuration", "units"}:
        due.add("relay")
    if due & {"relay", "endpoint"}:
        due |= {"gate", "watch"}
    due |= facts.interrupted & {"gate", "watch"}
    return tuple(Apply(step) for step in ORDER if step in due)
