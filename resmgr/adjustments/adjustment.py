# SPDX-License-Identifier: Apache-2.0
"""One adjustment as data: for which containers, and what they are to ask for."""

from dataclasses import dataclass, replace

from ..model import Container, Requirements
from ..policy.affinity.expression import Expression

Scope = tuple[tuple[Expression, ...], ...]
"""Items, each with its expressions; an item without any matches every container."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is given replaces what a container asks for, `None` leaves it.

    CPU in milli-CPU, memory and `top_tier_limit` in bytes; a limit that is given without a request
    is the request too, so both are set here then.
    """

    name: str
    scope: Scope = ()
    """Empty: every container of the node, since the node agent has judged the nodes."""

    resources: Requirements | None = None
    top_tier_limit: int | None = None

    def of(self, container: Container) -> Container:
        """Give a container as this adjustment wants it."""
        wanted = self.resources
        if wanted is None:
            return container
        own = container.requirements
        return replace(
            container,
            requirements=Requirements(
                own.cpu_request if wanted.cpu_request is None else wanted.cpu_request,
                own.cpu_limit if wanted.cpu_limit is None else wanted.cpu_limit,
                own.memory_request if wanted.memory_request is None else wanted.memory_request,
                own.memory_limit if wanted.memory_limit is None else wanted.memory_limit,
            ),
        )
