# SPDX-License-Identifier: Apache-2.0
"""A policy at work: what it is asked, and what its answers mean for what is known.

A refusal and a failure are outcomes, too: no question to a policy raises.
"""

from collections.abc import Callable
from typing import Any

from ..control.cpu import assignments
from ..intents import Intent
from ..model import Container, ContainerState
from ..policy.interface import CannotAllocate, Policy, Step, Subject
from . import asked as asks
from . import exported, remember, resources
from .asked import NOTHING
from .ledger import Ledger
from .outcome import Outcome, Refusal


class Asking:
    """One policy with its state, and the ledger that its answers go to."""

    def __init__(self, policy: Policy[Any], ledger: Ledger) -> None:
        """Begin without a state: it comes with the first step that is taken."""
        self.policy = policy
        self.ledger = ledger
        self.cpu_classes: assignments.Assignments = {}
        """CPUs by the class that the policy has put them in."""
        self._state: Any = None

    @property
    def policy_state(self) -> Any:
        """The policy's state, for `introspect`, `explain` and dry runs; never changed in place."""
        return self._state

    def _allocate(self, subject: Subject) -> Outcome:
        """Ask what a container gets, unless it is to keep what the kubelet gave it."""
        cache_id = subject.container.cache_id
        wants = self.ledger.asked.get(cache_id, NOTHING)
        kept = Outcome(reasons=asks.reasons(cache_id, wants))
        if wants.cpu_preserved:
            return kept
        return kept + self._ask(lambda: self.policy.allocate(self._state, subject))

    def _release(self, container: Container) -> Outcome:
        """Have what a container has taken back."""
        return self._ask(lambda: self.policy.release(self._state, container.cache_id))

    def _update(self, subject: Subject) -> Outcome:
        """Ask what a container gets that asks for something else now."""
        return self._ask(lambda: self.policy.update(self._state, subject))

    def _end(self, container: Container) -> Outcome:
        """Have what a container has taken back, and know that it has ended."""
        outcome = self._release(container)
        self.ledger.change(container, state=ContainerState.EXITED)
        return outcome

    def _ask(self, question: Callable[[], Step[Any]]) -> Outcome:
        """Ask the policy; its failure leaves everything as it is."""
        try:
            return self._take(question())
        except CannotAllocate as refusal:
            return Outcome(refusal=Refusal(str(refusal)))
        except Exception as error:  # noqa: BLE001 - a failing policy must lose no request
            return self._failed(error)

    def _tell(self, told: Callable[[], tuple[Intent, ...]]) -> Outcome:
        """Ask the policy what containers are told; without an answer they are told nothing."""
        try:
            return Outcome(intents=told())
        except Exception as error:  # noqa: BLE001 - what was decided is carried out all the same
            return self._failed(error)

    def _failed(self, error: Exception) -> Outcome:
        return Outcome(failure=f"policy {self.policy.name}: {type(error).__name__}: {error}")

    def _take(self, step: Step[Any]) -> Outcome:
        """Make a step ours: its state, and what its intents mean for the containers."""
        classes = assignments.after(self.cpu_classes, step.intents)
        remembered = remember.step(
            self.policy, step, self._state, classes=classes, former_classes=self.cpu_classes
        )
        self._state, self.cpu_classes = step.state, classes
        intents, known = asks.allowed(step.intents, self.ledger.asked), self.ledger.containers
        meant = resources.afterwards(intents, known.get)
        before = {cache_id: known[cache_id].linux for cache_id in meant}
        for cache_id, linux in meant.items():
            self.ledger.give(cache_id, linux)
        others = [one for one in meant if before[one] != meant[one]]
        decided = Outcome(
            intents=intents,
            before=before,
            changes=self.ledger.take_changes() + remembered,
            reasons=step.reasons,
        )
        return decided + self._tell(
            lambda: exported.changed(self.policy, step.state, self.ledger, others)
        )

    def _mark(self) -> Callable[[], None]:
        """Give what takes back all that a question to a policy makes ours."""
        standing, go_back = (self.policy, self._state, self.cpu_classes), self.ledger.mark()

        def all_of_it() -> None:
            self.policy, self._state, self.cpu_classes = standing
            go_back()

        return all_of_it

    def _seal(
        self, outcome: Outcome, cache_id: str = "", *, unknown: Container | None = None
    ) -> Outcome:
        """Add what the ledger has collected and the container that the event was about."""
        container = self.ledger.containers.get(cache_id) or unknown
        return outcome + Outcome(changes=self.ledger.take_changes(), container=container)
