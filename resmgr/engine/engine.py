# SPDX-License-Identifier: Apache-2.0
"""The engine: takes one event, asks the policy, gives an outcome.

Not one line here waits or fails for anything outside: an event goes in, data comes out. A policy
that fails never loses a request: the outcome is then empty but for the failure, and the request
goes on untouched. Refused is only what cannot be allocated.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..control.cpu import assignments
from ..intents import SetCpuset, SetMems, SetShares
from ..model import ContainerState, LinuxResources
from ..policy.interface import Policy, PolicyError, Reason, Reminded, Step
from ..policy.load import FollowsLoad
from ..state.changes import PutAdjustments, Saved
from . import (
    adjusting,
    doubts,
    events,
    exported,
    listed,
    remember,
    requirements,
    resources,
    switching,
    synchronise,
    top_tier,
)
from . import asked as asks
from .asked import NOTHING
from .asking import Asking
from .ledger import Ledger
from .outcome import Outcome


class Engine(Asking):
    """One policy at work on what is known; `handle` is the only way in but for switching.

    `sequence` counts events; a list of containers is judged by what was known when it was asked
    for.
    """

    def __init__(
        self, policy: Policy[Any], saved: Saved, *, unpinned: LinuxResources | None = None
    ) -> None:
        """Begin with what was remembered; call `start` before anything else.

        `unpinned` has the CPUs and NUMA nodes of a container that no policy pins.
        """
        super().__init__(policy, Ledger(saved))
        self._unpinned = unpinned or LinuxResources()
        self.sequence = 0
        self._unmet: frozenset[str] = frozenset()
        """Who runs without what he asks for, by cache id."""
        self._saved = saved
        self._handlers: dict[type, Callable[[Any], Outcome]] = {
            events.PodStarted: self._pod_started,
            events.PodStopped: self._pod_stopped,
            events.PodRemoved: self._pod_removed,
            events.ContainerCreating: self._creating,
            events.ContainerCreated: self._created,
            events.CreateFailed: self._create_failed,
            events.ContainerStarted: self._started,
            events.ContainerStopped: self._stopped,
            events.ContainerRemoved: self._removed,
            events.ContainerResized: self._resized,
            events.ContainersListed: self._listed,
            events.Synchronising: self._synchronising,
            events.Synchronised: self._synchronised,
            events.Rebalance: self._rebalance,
            events.LoadMeasured: self._measured,
            events.Reminded: self._reminded,
            events.IntentFailed: self._intent_failed,
        }

    def start(self, seen: events.Synchronised) -> Outcome:
        """Begin: what was remembered, corrected by what the runtime has (section 5).

        Raises `policy.interface.PolicyError` when the policy cannot start even from nothing.
        """
        found = synchronise.correct(self.ledger, seen, under_way=False)
        fresh = self._saved.policy_name != self.policy.name
        saved = None if fresh else dict(self._saved.policy)
        if saved is not None:
            self.cpu_classes = assignments.read(saved.pop(assignments.KEY, None))
        subjects = self.ledger.placed()
        try:
            step = self.policy.start(saved, subjects)
        except PolicyError as error:
            if saved is None:
                raise
            self.cpu_classes = {}
            step = switching.anew(self.policy.start(None, subjects), error)
        if fresh and (self._saved.policy_name or self._saved.containers):
            # There are containers without a policy's name where it was reset.
            step = self._unpin(step)
        self._unmet = switching.unmet(step.reasons)
        # What containers really have counts as what was before.
        outcome = Outcome(before=found.actual) + self._take(step)
        if fresh:
            outcome += Outcome(
                changes=(remember.everything(self.policy, self._state, self.cpu_classes),)
            )
        return outcome

    def handle(self, event: events.Event) -> Outcome:
        """Take one event."""
        self.sequence += 1
        return self._handlers[type(event)](event)

    def switch(self, policy: Policy[Any]) -> Outcome:
        """Make another policy (or another configuration of this one) the active one.

        All containers are placed anew in the documented order. Raises what the policy raises, and
        `BadConfiguration` for one that has not enough for somebody; the old one then stays active
        and nothing has changed.
        """
        keep = policy.name == self.policy.name
        step = policy.start(self.policy.dump(self._state) if keep else None, self.ledger.placed())
        switching.judge(policy.name, step.reasons, self.ledger, self._unmet)
        if not keep:
            step = self._unpin(step)
        go_back = self._mark()
        self.policy, self.cpu_classes = policy, self.cpu_classes if keep else {}
        try:
            outcome = self._take(step)
            # Policies differ in what they tell.
            told = exported.changed(policy, self._state, self.ledger, self.ledger.asked)
        except BaseException:
            go_back()
            raise
        return outcome + Outcome(intents=told)

    def adjust(self, text: str) -> Outcome:
        """Make adjustments count, as the node agent writes them, in place of those of before.

        Raises `adjusting.Refused` and `adjustments.read.Unreadable`; nothing has changed then.
        """
        wanted, found = adjusting.judge(self.ledger, text)
        subjects = adjusting.moved(self.ledger, found)
        adjusting.rehearse(self.policy, self._state, subjects)
        go_back, former = self._mark(), self.ledger.adjustments
        self.ledger.adjust(wanted, found)
        outcome = Outcome(changes=(PutAdjustments(text if wanted else ""),))
        for subject in subjects:
            outcome += self._update(subject)
        if outcome.problem:
            # It was rehearsed, so only what is told of it can have failed.
            go_back()
            raise adjusting.Refused({"request": outcome.problem})
        return self._seal(outcome + Outcome(intents=adjusting.limits(self.ledger, former)))

    def _unpin(self, step: Step[Any]) -> Step[Any]:
        """Let go also what the former policy pinned and the new one does not care for."""
        free = resources.unpinned(self.ledger.alive(), step.intents, self._unpinned)
        return replace(step, intents=step.intents + free)

    # One method an event; each leaves the ledger as the event says.

    def _pod_started(self, event: events.PodStarted) -> Outcome:
        outcome = Outcome()
        for old in self.ledger.same_uid(event.pod):
            # Containers of both sandboxes share cache ids: what the old ones hold goes first.
            for container in self.ledger.of_pod(old.id):
                outcome += self._release(container)
                self.ledger.drop(container.cache_id)
            self.ledger.drop_pod(old.id)
        self.ledger.put_pod(event.pod)
        return self._seal(outcome + Outcome(reasons=doubts.of(event.pod)))

    def _pod_stopped(self, event: events.PodStopped) -> Outcome:
        outcome = Outcome()
        for container in self.ledger.of_pod(event.id):
            outcome += self._end(container)
        pod = self.ledger.pods.get(event.id)
        if pod is not None:
            self.ledger.put_pod(replace(pod, ready=False))
        return self._seal(outcome)

    def _pod_removed(self, event: events.PodRemoved) -> Outcome:
        outcome = Outcome()
        for container in self.ledger.of_pod(event.id):
            outcome += self._release(container)
            self.ledger.drop(container.cache_id)
        self.ledger.drop_pod(event.id)
        return self._seal(outcome)

    def _creating(self, event: events.ContainerCreating) -> Outcome:
        outcome = Outcome()
        if event.container.pod_id not in self.ledger.pods:
            self.ledger.put_pod(event.pod)
            outcome = Outcome(reasons=doubts.of(event.pod))
        cache_id = self.ledger.cache_id(event.container)
        former = self.ledger.containers.get(cache_id)
        if former is not None:
            outcome += self._release(former)
        pod = self.ledger.subject(event.container).pod
        wants = requirements.of(pod, event.container.name, event.container.linux)
        new = replace(event.container, cache_id=cache_id, state=ContainerState.CREATING)
        container = self.ledger.put(replace(new, requirements=wants))
        refusal = top_tier.refusal(pod, container.name)
        subject = self.ledger.subject(container)
        asked = Outcome(refusal=refusal) if refusal else self._allocate(subject)
        if conflict := self.ledger.conflicts.get(cache_id):
            asked += Outcome(reasons=(Reason(cache_id, conflict),))
        if asked.refusal is not None:
            self.ledger.drop(cache_id)
        outcome += asked + self._tell(
            lambda: exported.first(self.policy, self._state, self.ledger, cache_id)
        )
        return self._seal(outcome, cache_id, unknown=container)

    def _created(self, event: events.ContainerCreated) -> Outcome:
        container = self.ledger.containers.get(event.cache_id)
        if container is None:
            return Outcome()
        self.ledger.change(container, state=ContainerState.CREATED, runtime_id=event.id)
        return self._seal(Outcome(), event.cache_id)

    def _create_failed(self, event: events.CreateFailed) -> Outcome:
        container = self.ledger.containers.get(event.cache_id)
        if container is None or container.state is not ContainerState.CREATING:
            return Outcome()
        outcome = self._release(container)
        self.ledger.drop(event.cache_id)
        return self._seal(outcome)

    def _started(self, event: events.ContainerStarted) -> Outcome:
        container = self.ledger.find(event.id)
        if container is None or container.state is ContainerState.EXITED:
            # A list may have told of its end before the answer to its start came.
            return Outcome()
        self.ledger.change(container, state=ContainerState.RUNNING)
        self.ledger.running_since[container.cache_id] = self.sequence
        limits = top_tier.of(self.ledger, container.cache_id)
        return self._seal(Outcome(intents=limits), container.cache_id)

    def _stopped(self, event: events.ContainerStopped) -> Outcome:
        container = self.ledger.find(event.id)
        return Outcome() if container is None else self._seal(self._end(container))

    def _removed(self, event: events.ContainerRemoved) -> Outcome:
        container = self.ledger.find(event.id)
        if container is None:
            return Outcome()
        outcome = self._release(container)
        self.ledger.drop(container.cache_id)
        return self._seal(outcome)

    def _resized(self, event: events.ContainerResized) -> Outcome:
        container = self.ledger.find(event.id)
        if container is None:
            return Outcome()
        pod = self.ledger.subject(container).pod
        wants = self.ledger.asked.get(container.cache_id, NOTHING)
        after = requirements.resized(container, event.linux, pod.qos)
        resized = self.ledger.put(asks.resized(after, wants, event.linux))
        if wants.cpu_preserved:
            return self._seal(Outcome(), container.cache_id)
        asked = self._update(self.ledger.subject(resized))
        if asked.refusal is not None:
            self.ledger.put(container)
        return self._seal(asked, container.cache_id)

    def _listed(self, event: events.ContainersListed) -> Outcome:
        ended, missing = listed.news(self.ledger, event)
        outcome = Outcome()
        for container in ended:
            outcome += self._end(container)
        for container in missing:
            outcome += self._release(container)
            self.ledger.drop(container.cache_id)
        return self._seal(outcome)

    def _synchronising(self, event: events.Synchronising) -> Outcome:
        del event
        self.ledger.touched = set()
        return Outcome()

    def _synchronised(self, event: events.Synchronised) -> Outcome:
        try:
            found = synchronise.correct(self.ledger, event, under_way=True)
        finally:
            self.ledger.touched = None
        outcome = Outcome(before=found.actual)
        for container in found.ended:
            outcome += self._end(container)
        for container in found.gone:
            outcome += self._release(container)
        for container in found.came:
            asked = self._allocate(self.ledger.subject(container))
            if asked.refusal is not None:
                # It runs, whatever there is left for it.
                reason = Reason(container.cache_id, asked.refusal.message)
                asked = replace(asked, refusal=None, reasons=(*asked.reasons, reason))
            outcome += asked
        return self._seal(outcome)

    def _rebalance(self, event: events.Rebalance) -> Outcome:
        del event
        return self._seal(self._ask(lambda: self.policy.rebalance(self._state)))

    def _measured(self, event: events.LoadMeasured) -> Outcome:
        policy = self.policy
        if not isinstance(policy, FollowsLoad):
            return Outcome()
        return self._seal(self._ask(lambda: policy.loaded(self._state, event.load)))

    def _reminded(self, event: events.Reminded) -> Outcome:
        policy = self.policy
        if not isinstance(policy, Reminded):
            return Outcome()
        return self._seal(self._ask(lambda: policy.remind(self._state, event.container)))

    def _intent_failed(self, event: events.IntentFailed) -> Outcome:
        """Remember that a container does not have what was meant for it."""
        intent, failed = event.intent, Outcome(failure=event.error)
        if not isinstance(intent, SetCpuset | SetMems | SetShares):
            return failed
        known = intent.container in self.ledger.containers
        return self._seal(failed, intent.container) if known else failed
