# SPDX-License-Identifier: Apache-2.0
"""What a policy wants the Node object to tell, as data; who carries it out needs the node agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint of a Node."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Extended resources with their amounts, labels and taints; what is not in it is left alone."""

    capacities: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str | None] = field(default_factory=dict)
    """None: it must not be there."""

    taints: Mapping[Taint, bool] = field(default_factory=dict)
    """Whether it must be there, or must not."""

    def gone(self) -> "Marks":
        """Give what has to be when all of this is to be taken away again."""
        return Marks(
            capacities=dict.fromkeys(self.capacities, "0"),
            labels=dict.fromkeys(self.labels),
            taints=dict.fromkeys(self.taints, False),
        )


@runtime_checkable
class Marking(Protocol):
    """A policy that marks its node; it cannot be active without the node agent."""

    def marks(self) -> Marks:
        """Give the marks; they are the same for as long as the policy is."""
