# SPDX-License-Identifier: Apache-2.0
"""Carries actions out, a journal entry around each, and rolls back what fails."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from . import journal as journals
from . import plan, problem
from .steps import common, interface, registry


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
    step = ""
    leaving = all(isinstance(action, plan.Revert) for action in actions)
    try:
        try:
            journal.plan([action.step for action in actions if action.step != plan.STATE])
        except problem.FileProblem:
            if not leaving:
                raise
        for action in actions:
            step = action.step
            if isinstance(action, plan.Apply):
                _apply(registry.BY_NAME[step], node, journal)
            elif step == plan.STATE:
                _tidy(node, journal)
            else:
                _revert(registry.BY_NAME[step], {}, node, journal)
        step = ""
        journal.finish()
    except problem.NotNow as later:
        return Outcome(End.LATER, step, later.message, later.hint, later.seconds)
    except Exception as error:  # noqa: BLE001 - a defect of ours is rolled back like a failure
        failed = _outcome(End.STUCK, step, error)
        return failed if leaving else _roll_back(failed, node, journal)
    return Outcome(End.DONE)


def recover(journal: journals.Journal, node: interface.Node) -> Outcome | None:
    """Settle what an interrupted run left, before anything else is planned; None: nothing was open.

    A kubelet that is on a relay that does not pass the gate is led back (`BEFORE`, `GIVEN_BACK` or
    `STUCK`), and a roll-back that was cut off is ended; otherwise the run may go on, and the next
    plan does that (`LATER` with 0 seconds).
    """
    if not journal.state and not journal.rolling_back:
        return None
    applied = all(entry.phase is journals.Phase.APPLIED for entry in journal.state.values())
    if applied and not journal.rolling_back:
        # Only the end of the run had not been noted.
        with contextlib.suppress(problem.FileProblem):
            journal.finish()
        return None
    failed = Outcome(End.STUCK, "", "the installer was ended in the middle of a change")
    try:
        if journal.rolling_back:
            return _roll_back(failed, node, journal)
        if (common.may_have_key(node) or common.on_relay(node)) and node.wanted is not None:
            registry.BY_NAME["gate"].apply(node)
    except problem.NotNow as later:
        return Outcome(End.LATER, "", later.message, later.hint, later.seconds)
    except Exception as error:  # noqa: BLE001 - as above
        return _roll_back(_outcome(End.STUCK, "gate", error), node, journal)
    return Outcome(End.LATER, "", failed.reason)


def _apply(step: interface.Step, node: interface.Node, journal: journals.Journal) -> None:
    journal.begin(step.name, step.before(node))
    step.apply(node)
    journal.done(step.name)


def _revert(
    step: interface.Step,
    before: interface.Before,
    node: interface.Node,
    journal: journals.Journal,
) -> None:
    """Take a step back. A full disk, on which nothing can be noted, must not stand in the way."""
    with contextlib.suppress(problem.FileProblem):
        journal.reverting(step.name, before)
    step.revert(node, before)
    with contextlib.suppress(problem.FileProblem):
        journal.reverted(step.name)


def _tidy(node: interface.Node, journal: journals.Journal) -> None:
    """Remove what belongs to no step: nothing of ours is on the node any more."""
    layout, files = node.layout, node.files
    for path in (layout.rescued, layout.run / "rescued", layout.rescue_temporary):
        files.remove(path)
    files.remove_tree(layout.installer)
    journal.remove()
    files.sweep([layout.units, layout.kubelet, layout.opt, layout.etc, layout.state])
    for folder in (layout.opt, layout.etc, layout.state, layout.run):
        files.remove_folder(folder)


def _roll_back(failed: Outcome, node: interface.Node, journal: journals.Journal) -> Outcome:
    """Take the run back, last step first, and see to it that the kubelet has a runtime."""
    try:
        with contextlib.suppress(problem.FileProblem):
            journal.roll_back()
        state = journal.state
        if _relay_goes(state) and _on_relay(node):
            # It may have come there before this run, whose `current` somebody has removed.
            _revert(registry.BY_NAME["endpoint"], {}, node, journal)
        for name in reversed(plan.ORDER):
            entry = state.get(name)
            if entry is not None and entry.begun:
                _revert(registry.BY_NAME[name], entry.data, node, journal)
        end = End.BEFORE
        if not _served(node):
            _revert(registry.BY_NAME["endpoint"], {}, node, journal)
            end = End.GIVEN_BACK
        journal.finish()
    except Exception as error:  # noqa: BLE001 - a defect of ours must not stop the way back either
        back = _outcome(End.STUCK, failed.step, error)
        if not isinstance(error, problem.Stopped):
            _last_resort(node)
        reason = f"{failed.reason}; and the way back: {back.reason}"
        return Outcome(End.STUCK, failed.step, reason, back.hint or failed.hint)
    reason = failed.reason
    if end is End.BEFORE and _on_relay(node):
        current = node.files.link(node.layout.current) or ""
        version = current.rpartition("/")[2].rpartition("-")[0]
        reason = f"{reason}; version {version or 'before'} serves the kubelet"
    return Outcome(end, failed.step, reason, failed.hint)


def _on_relay(node: interface.Node) -> bool:
    """Whether the kubelet is on the relay, or its next start would lead it there."""
    return common.may_have_key(node) or common.on_relay(node) is True


def _relay_goes(state: Mapping[str, journals.Entry]) -> bool:
    """Whether the way back leads to a node without a relay, as before a first installation."""
    relay = state.get("relay")
    return relay is not None and relay.begun and not isinstance(relay.data.get("current"), str)


def _served(node: interface.Node) -> bool:
    """Whether the kubelet is on containerd, or on a relay that passes the gate."""
    if not _on_relay(node):
        return True
    try:
        registry.BY_NAME["gate"].apply(node)
    except problem.Stopped:
        raise
    except problem.Problem:
        return False
    return True


def _last_resort(node: interface.Node) -> None:
    """The kubelet off a relay that does not serve, whatever failed; the rescue is what is left."""
    with contextlib.suppress(Exception):
        if not node.gate.check().ok:
            registry.BY_NAME["endpoint"].revert(node, {})


def _outcome(end: End, step: str, error: Exception) -> Outcome:
    if isinstance(error, problem.Problem):
        return Outcome(end, step, error.message, error.hint)
    reason = f"{type(error).__name__}: {error}"
    return Outcome(end, step, reason, "a defect of the installer; report it")
