# SPDX-License-Identifier: Apache-2.0
"""The life of an installation pod: look, decide, act, tell; again and again until it is ended.

Nothing is remembered but what `status.json` and the journal hold, so a pod that is ended anywhere
is followed by one that goes on. Being ended undoes nothing: the node keeps working as it is.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from . import (
    admission,
    decide,
    execute,
    keep,
    names,
    outlook,
    plan,
    problem,
    publish,
    retry,
    status,
)
from . import facts as node_facts
from . import journal as journals
from . import log as logs
from .api import messages
from .steps import interface

WHOLE = 300.0
"""Seconds after which all facts are gathered again though nothing seemed wrong."""

WAITING = 15.0
"""Seconds between two questions whether it is our turn, or whether a refused node is fit now."""

PATIENCE = 120.0
"""Seconds for which the Node's labels, or a node that can be looked at, are waited for before the
pod is Ready without them."""


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


class Life:
    """One pod, or one command."""

    def __init__(self, parts: Parts) -> None:
        """Take up what the last pod left."""
        self._parts = parts
        self._node = parts.node
        self.standing = dataclasses.replace(
            status.read(parts.node.layout.status), ready=False, pool=""
        )
        self._journal = journals.Journal.open(parts.node.files, parts.node.layout.journal)
        self._keeper = keep.Keeper()
        self._begun = parts.loop.monotonic()
        self._settled_at: float | None = None
        self._told_at = float("-inf")
        self._well_since = self._begun
        self._trouble_since: float | None = None
        parts.outlook.begin(selected=self.standing.selected)
        parts.publisher.begin(self.standing)

    def run(self) -> None:
        """Live until asked to end."""
        wait = 0.0
        while self._parts.loop.idle(wait):
            wait = self.turn()
        self._parts.lines.info("asked to end; the node stays as it is")

    def turn(self) -> float:
        """Look and act once; give the seconds until the next time."""
        try:
            self._parts.outlook.refresh()
            wait = self._keep() if self._settled() else self._whole()
        except problem.NotNow as later:
            return min(max(later.seconds, 1.0), WAITING)
        except problem.Problem as error:
            self._parts.lines.once("turn", str(error), level="error")
            self._in_trouble(error)
            return WAITING
        self._trouble_since = None
        return wait

    def _in_trouble(self, error: problem.Problem) -> None:
        """Tell that the node cannot even be looked at: no bus, no lock, a disk that fails.

        A pod that is never Ready keeps a new node closed (Gardener contract, section 6.5), so after
        a while that counts as a node that is refused. One that is to be cleaned never counts as so.
        """
        now = self._parts.loop.monotonic()
        if self._trouble_since is None:
            self._trouble_since = now
        if self._parts.remove or now - self._trouble_since < PATIENCE:
            self._stand(self.standing, last_error=error.message)
            return
        known = self.standing.state not in {status.ABSENT, status.UNSUPPORTED}
        reason = self.standing.reason if known else error.message
        self._stand(
            self.standing,
            state=self.standing.state or status.UNSUPPORTED,
            reason=reason,
            hint=self.standing.hint if known else error.hint,
            last_error=error.message,
            ready=True,
        )

    def count_restart(self, unit: str) -> None:
        """Count a restart of the kubelet, before it is done (NODE-3)."""
        if unit == names.KUBELET_UNIT:
            self._stand(self.standing, restarts=self.standing.restarts + 1)

    # -- Keeping ------------------------------------------------------------------------------

    def _settled(self) -> bool:
        """Whether the node is on the relay, shall stay so, and was looked at closely lately."""
        since = self._settled_at
        leaving = self._parts.remove or self._parts.outlook.selected is False
        return since is not None and not leaving and self._parts.loop.monotonic() - since < WHOLE

    def _keep(self) -> float:
        seen = self._parts.look(self._node)
        verdict = self._keeper.judge(seen)
        self._parts.lines.once("relay", seen.trouble, level="error")
        if verdict is keep.Verdict.LOOK_CLOSER:
            self._settled_at = None
            return 0.0
        if verdict is keep.Verdict.RESTART:
            self._parts.lines.info(f"restarting {names.RELAY_UNIT}: {seen.trouble}")
            self._parts.lines.once("restart", keep.restart(self._node.systemd), level="error")
        if verdict is keep.Verdict.GIVE_BACK:
            return self._give_back(seen.trouble)
        if self._parts.loop.monotonic() - self._told_at >= outlook.PERIOD:
            self._stand(self.standing, policy=self._parts.policy())
        return keep.PERIOD

    def _give_back(self, trouble: str) -> float:
        self._settled_at = None
        self._keeper.failed = 0
        outcome = self._run((plan.Revert("endpoint"),))
        reason = f"the relay failed: {trouble}"
        if outcome.end is not execute.End.DONE:
            reason = f"{reason}; {outcome.reason}"
        self._failed(reason, f"look at `journalctl -u {names.RELAY_UNIT}`")
        return WAITING

    # -- The whole way ------------------------------------------------------------------------

    def _whole(self) -> float:
        self._settled_at = None
        wanted, unwanted = self._wanted()
        self._node.wanted = wanted
        if (stuck := self._recover()) is not None:
            return stuck
        facts = self._parts.gather(self._node, self._journal)
        self._count_rescue(facts.rescued)
        decision = decide.decide(self._given(facts, wanted, unwanted))
        if isinstance(decision, decide.Rest):
            return self._rest(decision, wanted)
        if hold := self._hold(decision.kind):
            return self._held(hold, decision.kind)
        return self._act(decision)

    def _recover(self) -> float | None:
        """Settle what an interrupted run left; give the seconds to wait when that is not done."""
        files, layout = self._node.files, self._node.layout
        self._journal = journals.Journal.open(files, layout.journal)
        if not self._journal.state and not self._journal.rolling_back:
            return None
        with files.lock(layout.lock):
            outcome = self._parts.recover(self._journal, self._node)
        if outcome is None or outcome.end is execute.End.LATER:
            return None
        self._parts.lines.info(f"an interrupted run: {outcome.end}: {outcome.reason}")
        if outcome.end is not execute.End.DONE:
            self._failed(outcome.reason, outcome.hint)
        return WAITING if outcome.end is execute.End.STUCK else None

    def _run(self, actions: tuple[plan.Action, ...]) -> execute.Outcome:
        """Carry actions out, while no other installer does anything on this node."""
        files, layout = self._node.files, self._node.layout
        with files.lock(layout.lock):
            self._journal = journals.Journal.open(files, layout.journal)
            return self._parts.carry_out(actions, self._node, self._journal)

    def _wanted(self) -> tuple[interface.Wanted | None, problem.Problem | None]:
        if self._parts.remove:
            return None, None
        try:
            return self._parts.wanted(), None
        except problem.Problem as error:
            return None, error

    def _given(
        self,
        facts: node_facts.Facts,
        wanted: interface.Wanted | None,
        unwanted: problem.Problem | None,
    ) -> decide.Given:
        now = self._parts.loop.monotonic()
        refusal = None
        if wanted is not None and "endpoint" not in facts.present and not facts.disabled:
            refusal = self._parts.refuse(self._node)
        identity = self._parts.identity(wanted) if wanted is not None else ""
        return decide.Given(
            facts=facts,
            standing=self.standing,
            remove=self._parts.remove,
            selected=self._parts.outlook.selected,
            wanted=wanted,
            unwanted=unwanted.message if unwanted else "",
            unwanted_hint=unwanted.hint if unwanted else "",
            refusal=refusal.reason if refusal else "",
            refusal_hint=refusal.hint if refusal else "",
            retry=retry.due(self.standing, identity, self._parts.boot, now),
            patient=now - self._begun < PATIENCE,
        )

    def _rest(self, rest: decide.Rest, wanted: interface.Wanted | None) -> float:
        self._leave()
        active = rest.state == status.ACTIVE
        standing = self._forgiven(self.standing) if active else self.standing
        version = wanted.version if active and wanted else ""
        if active and wanted is None:
            version = standing.version
        self._stand(
            standing,
            state=rest.state,
            reason=rest.reason,
            hint=rest.hint,
            ready=rest.ready,
            version=version,
            policy=self._parts.policy() if active else "",
        )
        if rest.state == status.ABSENT and rest.ready:
            self._clean_up()
        if active:
            self._settled_at = self._parts.loop.monotonic()
            self._keeper.failed = 0
        return keep.PERIOD if active or not rest.ready else WAITING

    def _forgiven(self, standing: status.Status) -> status.Status:
        """Forget former failures of a node that has been well for long."""
        now = self._parts.loop.monotonic()
        if standing.state != status.ACTIVE:
            self._well_since = now
        return retry.succeeded(standing) if now - self._well_since >= retry.FORGIVEN else standing

    def _held(self, hold: str, kind: decide.Kind) -> float:
        """Others come first: the node stays exactly as it is."""
        state = self.standing.state
        if state not in {status.ACTIVE, status.ROLLED_BACK} and kind is not decide.Kind.REMOVE:
            state = status.PAUSED
        self._parts.lines.once("hold", f"not now: {hold}")
        self._stand(self.standing, state=state, reason=hold, hint="", ready=True)
        return WAITING

    def _hold(self, kind: decide.Kind) -> str:
        asked = kind is decide.Kind.INSTALL or (
            kind is decide.Kind.REMOVE and not self._parts.remove
        )
        if not asked:
            return ""
        if problem_text := self._parts.outlook.problem:
            return problem_text
        if self._parts.admission is None:
            return "the roll-out is paused" if self._parts.outlook.rollout.paused else ""
        first = kind is decide.Kind.INSTALL
        pool, roll = self._parts.outlook.pool, self._parts.outlook.rollout
        try:
            return self._parts.admission.ask(pool, roll, first=first)
        except messages.ApiProblem as error:
            self._parts.lines.once("admission", str(error), level="error")
            return "waits for the API server, to see whether other nodes come first"

    def _act(self, decision: decide.Run) -> float:
        self._parts.lines.once("hold", "")
        steps = " ".join(f"{type(each).__name__.lower()}:{each.step}" for each in decision.actions)
        self._parts.lines.info(f"{decision.kind}: {steps}")
        if decision.kind is decide.Kind.INSTALL:
            for path in keep.rescue_marks(self._node.layout):
                self._node.files.remove(path)
        if decision.kind is decide.Kind.REMOVE:
            self._node.wanted = None
        outcome = self._run(decision.actions)
        self._parts.lines.info(f"{decision.kind}: {outcome.end} {outcome.reason}".rstrip())
        if outcome.end is execute.End.DONE:
            return 0.0 if decision.kind is decide.Kind.REMOVE else 1.0
        self._leave()
        if outcome.end is execute.End.LATER:
            self._parts.lines.once("later", f"{outcome.step}: {outcome.reason}")
            return min(max(outcome.seconds, 1.0), WAITING)
        if decision.kind in {decide.Kind.INSTALL, decide.Kind.REPAIR}:
            self._failed(outcome.reason, outcome.hint)
        else:
            reason = f"cannot {decision.kind}: {outcome.reason}"
            self._stand(
                self.standing,
                reason=reason,
                last_error=reason,
                hint=outcome.hint,
                ready=False,
            )
        return WAITING

    # -- What is remembered and told ----------------------------------------------------------

    def _count_rescue(self, rescued: str) -> None:
        """The rescue on the node acted: that is a failed attempt, counted once."""
        if rescued and rescued != self.standing.rescued:
            words = rescued.partition(" ")[2].strip() or "no reason given"
            self._failed(f"the node gave the kubelet back: {words}", "")
            self._stand(self.standing, rescued=rescued)

    def _failed(self, reason: str, hint: str) -> None:
        identity = self._parts.identity(self._node.wanted) if self._node.wanted else ""
        now = self._parts.loop.monotonic()
        standing = retry.failed(self.standing, identity, self._parts.boot, now)
        self._parts.lines.error(f"rolled back: {reason}")
        self._stand(
            standing,
            state=status.ROLLED_BACK,
            reason=reason,
            hint=hint,
            last_error=reason,
            version="",
            policy="",
            ready=True,
        )

    def _leave(self) -> None:
        if self._parts.admission is not None:
            try:
                self._parts.admission.leave()
            except messages.ApiProblem as error:
                self._parts.lines.once("admission", str(error), level="error")

    def _stand(self, standing: status.Status, **changes: object) -> None:
        """Take a new standing: keep it on the disk, show it, tell the cluster."""
        now = self._parts.loop.now()
        chosen = {"selected": self._parts.outlook.selected, "pool": self._parts.outlook.pool}
        became = dataclasses.replace(standing, **{**chosen, **changes})  # type: ignore[arg-type]
        if became.state != self.standing.state:
            became = dataclasses.replace(became, since=now)
            self._parts.lines.info(f"state {became.state or 'none'}: {became.reason}")
        if became != self.standing:
            self.standing = became
            self._keep_on_disk()
        self._parts.show(self.standing)
        self._told_at = self._parts.loop.monotonic()
        self._parts.publisher.tell(self.standing, now)

    def _keep_on_disk(self) -> None:
        """Write the standing; a node without anything of ours keeps no file of it either."""
        files, layout = self._node.files, self._node.layout
        gone = self.standing.state == status.ABSENT
        if gone and (self.standing.ready or not self.standing.restarts):
            files.remove(layout.status)
            return
        failed = status.write(files, layout.status, self.standing)
        self._parts.lines.once("status", failed, level="error")

    def _clean_up(self) -> None:
        """Take away our own notes: the last thing of ours on a node."""
        files, layout = self._node.files, self._node.layout
        if layout.installer.exists() and not self._journal.state:
            self._journal.remove()
            for path in (layout.status, layout.switched, layout.lock):
                files.remove(path)
            files.remove_folder(layout.installer)
