# SPDX-License-Identifier: Apache-2.0
"""The static policy (policies, section 4).

Beyond the original: a container that is not exclusive gets the default set when it is created, a
container keeps its CPUs when it is created anew, and an in-place resize is followed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from ...intents import Intent, SetCpuset
from ...sysfs.machine import Machine
from .. import explain as common
from ..allocator import Allocator, TooFew
from ..explain import Explanation
from ..interface import CannotAllocate, Constraints, Policy, Reason, Step, Subject
from . import explain, wants
from . import state as states
from .grants import Free, Grants
from .state import State
from .supply import Supply, divide


@dataclass(frozen=True, slots=True)
class Static:
    """Exclusive CPUs for some containers, the default set for all others."""

    supply: Supply
    grants: Grants
    relaxed: bool
    """Isolated CPUs are preferred for all exclusive containers."""

    name: str = "static"

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told its CPUs once more.

        A container that there are no CPUs for shares the default set. Raises `BadState`.
        """
        state = states.load(saved, self.supply) if saved else State()
        present = {subject.container.cache_id for subject in running}
        for gone in (state.assignments.keys() | state.shared) - present:
            state = state.forgetting(gone)
        reasons: list[Reason] = []
        for subject in running:
            cache_id = subject.container.cache_id
            if cache_id in state.assignments or cache_id in state.shared:
                continue
            try:
                step = self._place(state, subject)
            except CannotAllocate as error:
                why = Reason(cache_id, str(error), unmet=True)
                step = Step(state.sharing(cache_id), reasons=(why,))
            state = step.state
            reasons += step.reasons
        intents = self._tell(state, sorted(state.shared)) + self._tell(state, state.assignments)
        return Step(state, intents, tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Give a container its CPUs, those that it has if it still wants as many.

        Raises `CannotAllocate`.
        """
        return self._place(state, subject)

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Let a container have more or fewer CPUs, keeping what it can of those that it has.

        Raises `CannotAllocate`.
        """
        cache_id = subject.container.cache_id
        if cache_id not in state.assignments and cache_id not in state.shared:
            return Step(state)
        return self._place(state, subject)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take back what a container has; all others share it."""
        after = state.forgetting(cache_id)
        held = state.assignments.get(cache_id, 0)
        text = f"exclusive CPUs {cpuset.show(held)} are free again"
        reasons = (Reason(cache_id, text),) if held else ()
        entries = states.entries(state, after, self.supply)
        return Step(after, self._follow(state, after), reasons, entries)

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is."""
        return Step(state)

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Give `SHARED_CPUS`, or those of `EXCLUSIVE_CPUS` and `ISOLATED_CPUS` that there are."""
        if cache_id in state.shared:
            return {"SHARED_CPUS": cpuset.show(state.default(self.supply))}
        held = state.assignments.get(cache_id, 0)
        parts = {
            "EXCLUSIVE_CPUS": held & ~self.supply.isolated,
            "ISOLATED_CPUS": held & self.supply.isolated,
        }
        return {key: cpuset.show(cpus) for key, cpus in parts.items() if cpus}

    def dump(self, state: State) -> dict[str, str]:
        """Give the assignments, the default set and who shares it."""
        return states.dump(state, self.supply)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give the sets of CPUs, and those of each container; each is of a set that is there."""
        default = cpuset.show(state.default(self.supply))
        pools = {
            "exclusive": cpuset.show(state.assigned),
            "default": default,
            "reserved": cpuset.show(self.supply.reserved),
            "isolated": cpuset.show(state.isolated(self.supply)),
        }
        exclusive = {
            key: {"SharedCPUs": "", "ExclusiveCPUs": cpuset.show(cpus), "Pool": "exclusive"}
            for key, cpus in state.assignments.items()
        }
        shared = {
            key: {"SharedCPUs": default, "ExclusiveCPUs": "", "Pool": "default"}
            for key in state.shared
        }
        return {
            "Pools": {name: {"Name": name, "CPUs": cpus} for name, cpus in pools.items()},
            "Assignments": dict(sorted((exclusive | shared).items())),
        }

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Tell by which rule a container that has nothing gets which CPUs."""
        trial = common.attempt(self, state, subject)
        return explain.explained(self.supply, state, subject, trial, relaxed=self.relaxed)

    def _place(self, state: State, subject: Subject) -> Step[State]:
        """Give a container what it wants now, whatever it has."""
        cache_id, count = subject.container.cache_id, wants.exclusive(subject)
        reasons: tuple[Reason, ...] = (Reason(cache_id, "shares the default CPUs"),)
        after = state.sharing(cache_id)
        if count:
            cpus, reasons = self._choose(state, subject, count)
            after = state.owning(cache_id, cpus)
        intents = self._follow(state, after) + self._tell(after, [cache_id])
        return Step(after, intents, reasons, states.entries(state, after, self.supply))

    def _choose(self, state: State, subject: Subject, count: int) -> tuple[int, tuple[Reason, ...]]:
        """Choose the CPUs of an exclusive container."""
        cache_id, odd = subject.container.cache_id, ""
        held = state.assignments.get(cache_id, 0)
        extra = count - held.bit_count()
        free = Free(state.default(self.supply) & ~self.supply.reserved, state.isolated(self.supply))
        try:
            if not held:
                preferred, odd = (True, "") if self.relaxed else wants.isolated(subject)
                cpus = self.grants.new(count, free, prefer_isolated=preferred)
            elif extra > 0:
                cpus = held | self.grants.more(held, extra, free)
            else:
                cpus = held & ~self.grants.fewer(held, -extra)
        except TooFew as error:
            raise CannotAllocate(_refusal(subject, count, held, free)) from error
        texts = (odd, f"has CPUs {cpuset.show(cpus)} for itself: guaranteed, {count} whole CPUs")
        return cpus, tuple(Reason(cache_id, text) for text in texts if text)

    def _follow(self, before: State, after: State) -> tuple[Intent, ...]:
        """Tell those that shared before and still do, if the default set is another one."""
        if before.default(self.supply) == after.default(self.supply):
            return ()
        return self._tell(after, sorted(before.shared & after.shared))

    def _tell(
        self, state: State, cache_ids: Sequence[str] | Mapping[str, int]
    ) -> tuple[Intent, ...]:
        """Tell containers their CPUs."""
        default = state.default(self.supply)
        return tuple(SetCpuset(key, state.assignments.get(key, default)) for key in cache_ids)


def _refusal(subject: Subject, count: int, held: int, free: Free) -> str:
    ordinary, isolated = cpuset.show(free.ordinary), cpuset.show(free.isolated)
    left = f"{ordinary or 'none'} free" + (f", {isolated} isolated" if isolated else "")
    has = f", it has {cpuset.show(held)}" if held else ""
    return (
        f"cannot allocate {count} exclusive CPUs for {subject.title}{has}: {left},"
        " the rest is in use"
    )


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of the module `policy.static`. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    return Static(
        supply=divide(machine, constraints, allocator),
        grants=Grants(machine, allocator),
        relaxed=config.get("RelaxedIsolation") is True,
    )
