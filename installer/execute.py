# SPDX-License-Identifier: Apache-2.0
"""Carries actions out, a journal entry around each, and rolls back what fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from . import journal as journals
from . import plan
from .steps import interface


class End(StrEnum):
    """How a run ended."""

    DONE = "done"
    """Every action was carried out."""
    LATER = "later"
    """Not yet: try again after `Outcome.seconds`; the node works, nothing was rolled back."""
    BEFORE = "before"
    """It failed and the node is as before the run: kubelet on containerd, or on the relay as it
    was (an upgrade that was taken back)."""
    GIVEN_BACK = "given-back"
    """It failed, what was before does not work either, and the kubelet is back on containerd."""
    STUCK = "stuck"
    """It failed, and so did the way back (a full disk, say): the journal stays open, `recover` goes
    on. The kubelet is on containerd or on a relay; nothing was taken from under it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run, the step that ended it, and a sentence for the reason annotation."""

    end: End
    step: str = ""
    reason: str = ""
    hint: str = ""
    seconds: float = 0.0


def run(actions: Sequence[plan.Action], node: interface.Node, journal: journals.Journal) -> Outcome:
    """Carry the actions out in order. Never raises for what happens on the node."""
    raise NotImplementedError


def recover(journal: journals.Journal, node: interface.Node) -> Outcome | None:
    """Settle what an interrupted run left, before anything else is planned; None: nothing was open.

    A kubelet that is on a relay that does not pass the gate is led back (`BEFORE`, `GIVEN_BACK` or
    `STUCK`); otherwise the run may go on, and the next plan does that (`LATER` with 0 seconds).
    """
    raise NotImplementedError
