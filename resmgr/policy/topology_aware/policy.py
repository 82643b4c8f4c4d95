# SPDX-License-Identifier: Apache-2.0
"""The policy topology-aware (policies, section 7).

Beyond the original: an in-place resize is followed, containers keep their memory pool and their
cold start over a restart, and no container is told anything unless it changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...intents import Intent, Remind
from ...sysfs.machine import Machine, MemoryType
from .. import constraints as given
from .. import explain as common
from .. import reserve
from ..adjacent import Adjacent
from ..allocator import Allocator
from ..explain import Explanation
from ..interface import BadConfiguration, CannotAllocate, Constraints, Policy, Reason, Step, Subject
from . import explain, grants, options, request, restore, select, shown, tree
from . import state as states
from .apply import Applier
from .grants import Grant
from .request import Request
from .select import Placed, Selector
from .state import State
from .take import Taker


@dataclass(frozen=True, slots=True)
class TopologyAware:
    """Pools of CPUs and memory in a tree; see the module."""

    pools: tuple[tree.Pool, ...]
    options: options.Options
    selector: Selector
    applier: Applier
    layout: str
    assigned: tuple[str, ...]
    """Sentences on where memory without CPUs went."""

    cold_starts: bool
    pmem_alone: bool
    name: str = "topology-aware"

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told what it has once more.

        Under other pools than before, containers keep what is still there, and others are placed
        anew, where they were if that fits. Who fits nowhere shares what it can, without guarantee.
        Raises `BadState`.
        """
        known = restore.read(saved) if saved else {}
        same = bool(saved) and (saved or {}).get(restore.LAYOUT) == self.layout
        state = states.empty(self.pools)
        reasons = [Reason(self.name, text) for text in self.assigned]
        rest = []
        for subject in running:
            former = known.get(subject.container.cache_id)
            kept = former and restore.give(self.pools, state, former, subject, same=same)
            if kept:
                state = kept
            else:
                rest.append((subject, former.pool if former else ""))
        for subject, pool in rest:
            placed = self._anyhow(state, subject, pool)
            state = placed.state
            reasons += self._reasons(placed, subject)
        intents = self.applier.told(states.empty(self.pools), state)
        return Step(state, (*intents, *self._reminders(state)), tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Give a container what it asks for; a known one keeps what it can of what it has.

        Raises `CannotAllocate`.
        """
        return self._place(state, subject)

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Let a container have more or less: in its pool, in one above, or else in another one.

        Raises `CannotAllocate`.
        """
        if subject.container.cache_id not in state.grants:
            return Step(state, entries={})
        return self._place(state, subject)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take back what a container has."""
        after = state.taking(cache_id)
        if after is state:
            return Step(state, entries={})
        return self._step(state, after, (), [cache_id])

    def rebalance(self, state: State) -> Step[State]:
        """Place all containers anew that are not guaranteed, in the order of their names.

        Those that got something makeshift as well. If one fits nowhere then, all stay.
        """
        again = [key for key, grant in sorted(state.grants.items()) if _movable(grant)]
        after, moved = state, []
        for key in again:
            after = after.taking(key)
        for key in again:
            subject = state.grants[key].subject
            wanted, _ = self._request(subject)
            wanted = replace(wanted, cold=state.grants[key].cold)
            try:
                placed = self.selector.place(after, subject, wanted)
            except CannotAllocate as error:
                text = f"stays where it is, as all others do: {error}"
                return Step(state, reasons=(Reason(key, text),), entries={})
            after = placed.state
            if after.grants[key] != state.grants[key]:
                moved += self._reasons(placed, subject)
        if all(grant == after.grants[key] for key, grant in state.grants.items()):
            return Step(state, entries={})
        # What has not changed has to be the same value, so that it is neither told nor written.
        kept = {
            key: grant if grant == after.grants[key] else after.grants[key]
            for key, grant in state.grants.items()
        }
        return self._step(state, replace(after, grants=kept), moved, tuple(kept))

    def remind(self, state: State, cache_id: str) -> Step[State]:
        """End the cold start of a container: it may use all of its memory from now on."""
        grant = state.grants.get(cache_id)
        if grant is None or not grant.cold:
            return Step(state, entries={})
        after = state.giving(cache_id, replace(grant, cold=0.0))
        text = f"coldstart: finishing coldstart period for {_shown(grant.subject)}"
        return self._step(state, after, (Reason(cache_id, text),), [cache_id])

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Give the CPUs and memory nodes of a container, by kind, those that there are."""
        grant = state.grants.get(cache_id)
        return {} if grant is None else shown.exported(self.applier, state, grant)

    def dump(self, state: State) -> dict[str, str]:
        """Give a text for each container, and one that tells these pools from others."""
        names = shown.names(self.pools)
        texts = {key: grants.text(grant, names) for key, grant in state.grants.items()}
        return {restore.LAYOUT: self.layout, **texts}

    def introspect(self, state: State) -> dict[str, Any]:
        """Give the tree of pools, and what each container has."""
        return shown.introspected(self.applier, state)

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Compare all pools of the tree for a container that has nothing."""
        request, _ = self._request(subject)
        trial = common.attempt(self, state, subject)
        return explain.explained(self.selector, state, subject, request, trial)

    def _request(self, subject: Subject) -> tuple[Request, tuple[str, ...]]:
        return request.of(
            subject, self.options, cold_starts=self.cold_starts, pmem_alone=self.pmem_alone
        )

    def _place(self, state: State, subject: Subject) -> Step[State]:
        """Give a container what it wants now, whatever it has."""
        cache_id = subject.container.cache_id
        wanted, doubts = self._request(subject)
        held = state.grants.get(cache_id)
        if held:
            # What began cold and is warm by now stays so.
            wanted = replace(wanted, cold=held.cold)
        base = state.taking(cache_id)
        try:
            placed = self._stay(base, held, subject, wanted) if held else None
            placed = placed or self.selector.place(base, subject, wanted)
        except CannotAllocate as error:
            name = _shown(subject)
            message = f"topology-aware: failed to allocate resources for {name}: {error}"
            raise CannotAllocate(message) from error
        reasons = [
            *(Reason(cache_id, text, warning=True) for text in doubts),
            *self._reasons(placed, subject),
        ]
        changed = dict.fromkeys((*placed.moved, cache_id))
        step = self._step(state, placed.state, reasons, changed, cache_id)
        if not placed.grant.cold or (held and held.cold):
            return step
        text = f"coldstart: triggering coldstart for {_shown(subject)}..."
        return replace(
            step,
            intents=(*step.intents, Remind(cache_id, placed.grant.cold)),
            reasons=(*step.reasons, Reason(cache_id, text)),
        )

    def _stay(self, base: State, held: Grant, subject: Subject, wanted: Request) -> Placed | None:
        """Give it what it wants in its pool or in one above; None if it has to move."""
        if held.makeshift or (wanted.at_root and held.pool != self.pools[-1].id):
            return None
        try:
            return self.selector.stay(base, held, subject, wanted)
        except CannotAllocate:
            return None

    def _anyhow(self, state: State, subject: Subject, pool: str) -> Placed:
        """Place a container that runs, whether there is anything for it or not."""
        wanted, _ = self._request(subject)
        try:
            return self.selector.place(state, subject, wanted, former=pool)
        except CannotAllocate as error:
            root = self.pools[-1].id
            grant = Grant(subject, root, memory_pool=root, makeshift=True)
            after = state.giving(subject.container.cache_id, grant)
            return Placed(after, grant, (f"shares what there is, without guarantee: {error}",))

    def _step(
        self,
        before: State,
        after: State,
        reasons: Sequence[Reason],
        changed: Collection[str],
        subject: str = "",
    ) -> Step[State]:
        """Make a step; no other containers than those that have `changed` have other grants."""
        names = shown.names(self.pools)
        entries: dict[str, str | None] = {
            key: grants.text(after.grants[key], names) if key in after.grants else None
            for key in changed
            if before.grants.get(key) is not after.grants.get(key)
        }
        intents = self.applier.told(before, after, (subject,), changed=changed)
        return Step(after, tuple(intents), tuple(reasons), entries)

    def _reasons(self, placed: Placed, subject: Subject) -> list[Reason]:
        key, state = subject.container.cache_id, placed.state
        applied = self.applier.of(state, placed.grant)
        unmet = placed.grant.makeshift
        found = [Reason(key, text, unmet=unmet) for text in placed.texts]
        found += [Reason(key, text, warning=True) for text in placed.doubts]
        found.append(Reason(key, select.shown(placed.grant, applied.cpus, applied.nodes)))
        for other in placed.moved:
            grant = state.grants[other]
            pool = self.pools[grant.memory_pool].name
            text = f"moved container {_shown(grant.subject)} upward to node {pool}"
            found.append(Reason(other, f"{text} to guarantee memory"))
        return found

    def _reminders(self, state: State) -> list[Intent]:
        return [Remind(key, grant.cold) for key, grant in state.grants.items() if grant.cold]


def _movable(grant: Grant) -> bool:
    return grant.makeshift or grant.subject.pod.qos.value != "Guaranteed"


def _shown(subject: Subject) -> str:
    return f"{subject.pod.name}:{subject.container.name}"


def make(
    machine: Machine,
    constraints: Constraints,
    config: Mapping[str, Any],
    name: str = "topology-aware",
) -> Policy[State]:
    """Make the policy with the data of its module. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    available = given.usable(constraints, machine)
    isolated = machine.isolated & available
    if constraints.reserved is not None and constraints.reserved & isolated:
        raise BadConfiguration(
            f"{given.RESERVED}: cannot reserve CPUs that are isolated; reserve others"
        )
    reserved = reserve.strict(name, available, constraints, allocator)
    if reserved & isolated:
        reserved = reserve.strict(name, available & ~isolated, constraints, allocator)
    pools, assigned = tree.build(machine, tree.Cpus(available, reserved, isolated))
    chosen = options.of(config)
    taker = Taker(pools, allocator, Adjacent(machine, allocator))
    pmem = [node for node in machine.nodes.values() if node.memory is MemoryType.PMEM]
    alone = all(node.normal_memory for node in pmem)
    return TopologyAware(
        pools=pools,
        options=chosen,
        selector=Selector(pools, taker, chosen),
        applier=Applier(pools, chosen),
        layout=restore.layout(pools),
        assigned=assigned,
        cold_starts=bool(pmem) and alone,
        pmem_alone=alone,
        name=name,
    )
