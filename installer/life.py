# SPDX-License-Identifier: Apache-2.0
"""The life of an installation pod: look, decide, act, tell; again and again until it is ended.

Nothing is remembered but what `status.json` and the journal hold, so a pod that is ended anywhere
is followed by one that goes on. Being ended undoes nothing: the node keeps working as it is.
"""

import contextlib
import dataclasses

from . import (
    decide,
    execute,
    keep,
    names,
    outlook,
    parts,
    plan,
    problem,
    record,
    retry,
    status,
    turns,
)
from . import facts as node_facts
from . import files as disk
from . import journal as journals
from .steps import interface

WHOLE = 300.0
"""Seconds after which all facts are gathered again though nothing seemed wrong."""

WAITING = 15.0
"""Seconds between two questions whether it is our turn, or whether a refused node is fit now."""

PATIENCE = 120.0
"""Seconds for which the Node's labels, or a node that can be looked at, are waited for before the
pod is Ready without them."""


class Life:
    """One pod, or one command."""

    def __init__(self, given: parts.Parts) -> None:
        """Take up what the last pod left."""
        self._parts = given
        self._node = given.node
        self._record = record.Record(
            given.node,
            outlook=given.outlook,
            publisher=given.publisher,
            lines=given.lines,
            show=given.show,
        )
        self._journal = journals.Journal.open(given.node.files, given.node.layout.journal)
        self._turns = turns.Turns(given.outlook, given.admission, given.lines)
        self._keeper = keep.Keeper()
        self._begun = given.loop.monotonic()
        self._settled_at: float | None = None
        self._well_since = self._begun
        self._trouble_since: float | None = None

    @property
    def standing(self) -> status.Status:
        """Where the node stands."""
        return self._record.standing

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
        """Tell that the node cannot even be looked at: no bus, a disk that fails.

        A pod that is never Ready keeps a new node closed (Gardener contract, section 6.5), so after
        a while that counts as a node that is refused. One that is to be cleaned never counts as so.
        """
        now = self._parts.loop.monotonic()
        if self._trouble_since is None:
            self._trouble_since = now
        somebody = isinstance(error, disk.Locked)  # Who will be done.
        if somebody or self._parts.remove or now - self._trouble_since < PATIENCE:
            self._record.stand(self.standing, last_error=error.message)
            return
        known = self.standing.state not in {status.ABSENT, status.UNSUPPORTED}
        reason = self.standing.reason if known else error.message
        self._record.stand(
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
            # The kubelet does not wait for an API server that may be away.
            self._record.note(self.standing, restarts=self.standing.restarts + 1)

    # -- Keeping ------------------------------------------------------------------------------

    def _settled(self) -> bool:
        """Whether the node is on the relay, shall stay so, and was looked at closely lately."""
        since = self._settled_at
        leaving = self._parts.remove or self._parts.outlook.selected is False
        return since is not None and not leaving and self._parts.loop.monotonic() - since < WHOLE

    def _keep(self) -> float:
        verdict = self._look_after()
        if verdict is keep.Verdict.LOOK_CLOSER:
            self._settled_at = None
            return 0.0
        if verdict is keep.Verdict.GIVE_BACK:
            return WAITING
        if self._parts.loop.monotonic() - self._record.told_at >= outlook.PERIOD:
            self._record.stand(self.standing, policy=self._parts.policy())
        return keep.PERIOD

    def _look_after(self) -> keep.Verdict:
        """Look at the relay, and do what follows."""
        seen = self._parts.look(self._node)
        verdict = self._keeper.judge(seen)
        self._parts.lines.once("relay", seen.trouble, level="error")
        if verdict is keep.Verdict.RESTART:
            self._parts.lines.info(f"restarting {names.RELAY_UNIT}: {seen.trouble}")
            self._parts.lines.once("restart", keep.restart(self._node.systemd), level="error")
        if verdict is keep.Verdict.GIVE_BACK:
            self._give_back(seen.trouble)
        return verdict

    def _meanwhile(self, facts: node_facts.Facts) -> float:
        """Look after a relay that serves though something else is to come, or has failed."""
        if "endpoint" in facts.present:
            self._look_after()
        return keep.PERIOD if self._keeper.failed else WAITING

    def _give_back(self, trouble: str) -> None:
        self._settled_at = None
        self._keeper.failed = 0
        outcome = self._run((plan.Revert("endpoint"),))
        reason = f"the relay failed: {trouble}"
        if outcome.end is not execute.End.DONE:
            reason = f"{reason}; {outcome.reason}"
        self._failed(reason, f"look at `journalctl -u {names.RELAY_UNIT}`")

    # -- The whole way ------------------------------------------------------------------------

    def _whole(self) -> float:
        self._settled_at = None
        wanted, unwanted = self._wanted()
        self._node.wanted = wanted
        if (stuck := self._recover()) is not None:
            return stuck
        facts = self._parts.gather(self._node, self._journal)
        self._count_rescue(facts)
        decision = decide.decide(self._given(facts, wanted, unwanted))
        if isinstance(decision, decide.Rest):
            return self._rest(decision, wanted, facts)
        if hold := self._hold(decision.kind):
            return self._held(hold, decision.kind, facts)
        if decision.kind is decide.Kind.INSTALL and wanted is not None:
            decision = self._thoroughly(wanted) or decision
        return self._act(decision)

    def _thoroughly(self, wanted: interface.Wanted) -> decide.Run | None:
        """Decide anew, with every file of ours read as a whole: sizes do not tell of damage."""
        self._node.wanted = dataclasses.replace(wanted, thorough=True)
        facts = self._parts.gather(self._node, self._journal)
        again = decide.decide(self._given(facts, self._node.wanted, None))
        return again if isinstance(again, decide.Run) else None

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
        told = f"an interrupted run: {outcome.end}: {outcome.reason}"
        self._parts.lines.once("recover", told)
        stuck = outcome.end is execute.End.STUCK
        if stuck and self.standing.state == status.ROLLED_BACK:
            # The same attempt as before, whose way back is still not done.
            self._record.stand(self.standing, reason=outcome.reason, last_error=outcome.reason)
        elif outcome.end is not execute.End.DONE:
            # A way back that was cut off, by a boot say, tells little of what was tried.
            self._failed(outcome.reason, outcome.hint, at_once=not stuck and not outcome.step)
        return WAITING if stuck and not self._parts.remove else None

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

    def _rest(
        self, rest: decide.Rest, wanted: interface.Wanted | None, facts: node_facts.Facts
    ) -> float:
        self._turns.leave()
        active = rest.state == status.ACTIVE
        standing = self._forgiven(self.standing) if active else self.standing
        version, revision = "", ""
        if active:
            told = wanted or standing
            version, revision = told.version, told.revision
        self._record.stand(
            standing,
            state=rest.state,
            reason=rest.reason,
            hint=rest.hint,
            ready=rest.ready,
            version=version,
            revision=revision,
            policy=self._parts.policy() if active else "",
        )
        if rest.state == status.ABSENT and rest.ready:
            self._clean_up()
        if active:
            self._settled_at = self._parts.loop.monotonic()
            self._keeper.failed = 0
            self._forget_rescue()
        if rest.state == status.ROLLED_BACK:
            return self._meanwhile(facts)
        return keep.PERIOD if active or not rest.ready else WAITING

    def _forgiven(self, standing: status.Status) -> status.Status:
        """Forget former failures of a node that has been well for long."""
        now = self._parts.loop.monotonic()
        if standing.state != status.ACTIVE:
            self._well_since = now
        return retry.succeeded(standing) if now - self._well_since >= retry.FORGIVEN else standing

    def _held(self, hold: str, kind: decide.Kind, facts: node_facts.Facts) -> float:
        """Others come first: the node stays exactly as it is."""
        state = self.standing.state
        if state not in {status.ACTIVE, status.ROLLED_BACK} and kind is not decide.Kind.REMOVE:
            state = status.PAUSED
        self._parts.lines.once("hold", f"not now: {hold}")
        self._record.stand(self.standing, state=state, reason=hold, hint="", ready=True)
        return self._meanwhile(facts)

    def _hold(self, kind: decide.Kind) -> str:
        """Give what has to be waited for; for what is urgent, or asked for here, nobody is."""
        asked = kind is decide.Kind.INSTALL or (
            kind is decide.Kind.REMOVE and not self._parts.remove
        )
        if not asked:
            return ""
        revision = self._node.wanted.revision if self._node.wanted else ""
        return self._turns.hold(first=kind is decide.Kind.INSTALL, revision=revision)

    def _act(self, decision: decide.Run) -> float:
        self._parts.lines.once("hold", "")
        steps = " ".join(f"{type(each).__name__.lower()}:{each.step}" for each in decision.actions)
        self._parts.lines.info(f"{decision.kind}: {steps}")
        if decision.kind is decide.Kind.INSTALL:
            self._forget_rescue()
        if decision.kind is decide.Kind.REMOVE:
            self._node.wanted = None
        outcome = self._run(decision.actions)
        self._parts.lines.info(f"{decision.kind}: {outcome.end} {outcome.reason}".rstrip())
        if outcome.end is execute.End.DONE:
            return 0.0 if decision.kind is decide.Kind.REMOVE else 1.0
        self._turns.leave()
        if outcome.end is execute.End.LATER:
            self._parts.lines.once("later", f"{outcome.step}: {outcome.reason}")
            return min(max(outcome.seconds, 1.0), WAITING)
        if decision.kind in {decide.Kind.INSTALL, decide.Kind.REPAIR}:
            self._failed(outcome.reason, outcome.hint)
        else:
            reason = f"cannot {decision.kind}: {outcome.reason}"
            self._record.stand(
                self.standing,
                reason=reason,
                last_error=reason,
                hint=outcome.hint,
                ready=False,
            )
        return WAITING

    # -- What is remembered and told ----------------------------------------------------------

    def _count_rescue(self, facts: node_facts.Facts) -> None:
        """The rescue on the node acted: that is a failed attempt, counted once."""
        if not facts.rescued or facts.rescued == self.standing.rescued or self._parts.remove:
            return
        if not facts.disabled:  # Else a person has asked for it, and nothing has failed.
            words = facts.rescued.partition(" ")[2].strip() or "no reason given"
            self._failed(f"the node gave the kubelet back: {words}", "")
        self._record.note(self.standing, rescued=facts.rescued)

    def _forget_rescue(self) -> None:
        """The kubelet is on the relay, or about to be: what the rescue said does not count."""
        for path in keep.rescue_marks(self._node.layout):
            self._node.files.remove(path)

    def _failed(self, reason: str, hint: str, *, at_once: bool = False) -> None:
        """Count a failed attempt, and tell it; the next one may come at once, or after a wait."""
        identity = self._parts.identity(self._node.wanted) if self._node.wanted else ""
        now = self._parts.loop.monotonic()
        standing = retry.failed(self.standing, identity, "" if at_once else self._parts.boot, now)
        rescued = ""
        with contextlib.suppress(problem.Problem):
            rescued = node_facts.rescued(self._node)
        self._parts.lines.error(f"rolled back: {reason}")
        self._record.stand(
            standing,
            state=status.ROLLED_BACK,
            reason=reason,
            hint=hint,
            last_error=reason,
            version="",
            revision="",
            policy="",
            # What the rescue did meanwhile belongs to the same failure.
            rescued=rescued or standing.rescued,
            # A clean-up is done when nothing is left, and not before.
            ready=not self._parts.remove,
        )

    def _clean_up(self) -> None:
        """Take away our own notes: the last thing of ours on a node."""
        files, layout = self._node.files, self._node.layout
        if layout.installer.exists() and not self._journal.state:
            self._journal.remove()
            for path in (layout.status, layout.switched, layout.lock):
                files.remove(path)
            files.remove_folder(layout.installer)
