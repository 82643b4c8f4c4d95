# SPDX-License-Identifier: Apache-2.0
"""What a life is made of: the edges, and the functions that tests replace by models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from . import admission, execute, keep, outlook, plan, publish, status
from . import facts as node_facts
from . import journal as journals
from . import log as logs
from .steps import interface


class Loop(interface.Clock, Protocol):
    """The clock, and a wait that others may end."""

    def idle(self, seconds: float) -> bool:
        """Wait; False when asked to end; True early when somebody wakes us."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why preflight refuses the node, and what helps."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the life is made of: the edges, and the functions that tests replace by models."""

    node: interface.Node
    loop: Loop
    outlook: outlook.Outlook
    publisher: publish.Publisher
    admission: admission.Admission | None
    lines: logs.Log
    wanted: Callable[[], interface.Wanted]
    """What is to be there; raises `problem.Problem`."""
    identity: Callable[[interface.Wanted], str]
    """What attempts are counted for."""
    gather: Callable[[interface.Node, journals.Journal], node_facts.Facts]
    refuse: Callable[[interface.Node], Refusal | None]
    look: Callable[[interface.Node], keep.Look]
    carry_out: Callable[
        [Sequence[plan.Action], interface.Node, journals.Journal], execute.Outcome
    ] = execute.run
    recover: Callable[[journals.Journal, interface.Node], execute.Outcome | None] = execute.recover
    policy: Callable[[], str]
    show: Callable[[status.Status], None]
    """Called with each new standing, for probes and metrics."""
    boot: str
    """Boot id."""
    remove: bool = False
