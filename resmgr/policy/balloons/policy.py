# SPDX-License-Identifier: Apache-2.0
"""The policy of balloons (policies, section 9).

Beyond the original: a container is let in only if its balloon can have the CPUs for it, balloons
and containers stay where they are over a restart, and over a change of the configuration as far as
it leaves them, and an in-place resize is followed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from ...intents import Intent
from ...samples import Samples
from ...sysfs.machine import Machine
from .. import explain as common
from .. import supply
from ..allocator import Allocator
from ..explain import Explanation
from ..interface import CannotAllocate, Constraints, Policy, Reason, Step, Subject
from . import begin, choose, explain, saved, shown, types
from .follow import Follow
from .sizing import Sizing
from .state import State
from .tree import Node
from .types import DEFAULT, RESERVED, Type
from .work import Rules, Work

_SYSTEM = "kube-system"


@dataclass(frozen=True, slots=True)
class Balloons:
    """Containers in balloons."""

    rules: Rules
    follow: Follow
    reserved_namespaces: tuple[str, ...]
    fresh: State
    """What there is without any container."""

    about: Mapping[str, str]
    """What is remembered of the configuration."""

    parts: tuple[tuple[Node, ...], ...]
    name: str = "balloons"

    def start(self, saved_: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told its CPUs once more.

        A container that there are no CPUs for is put in the default balloon. Raises `BadState`.
        """
        kept = saved.load(saved_) if saved_ else None
        state, reasons = self._known(kept, running), []
        for subject in running:
            cache_id = subject.container.cache_id
            known = cache_id in state.places
            try:
                step = self.update(state, subject) if known else self.allocate(state, subject)
            except CannotAllocate as error:
                reasons.append(Reason(cache_id, str(error), unmet=True))
                if known:
                    continue
                step = self._put(state, subject, self._last_resort(state), "for want of another")
            state = step.state
            reasons += step.reasons
        classes = self.about[saved.CLASSES]
        named = classes or (kept is not None and kept.classes != classes)
        intents = self.follow.classes(state) if named else ()
        return Step(state, (*self.follow.everything(state), *intents), tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Put a container in a balloon, which grows as far as it has to.

        One that is in a balloon stays there. Raises `CannotAllocate`.
        """
        cache_id, before = subject.container.cache_id, state
        if cache_id in state.places:
            if state.of(cache_id).members[cache_id].pod == subject.pod.id:
                return self._again(state, subject)
            state = self.release(state, cache_id).state
        type_, why = choose.kind(self.rules.types, self.reserved_namespaces, subject)
        found = choose.balloon(self.rules.types, state, type_, choose.member(subject))
        if found is None:
            raise CannotAllocate(self._refusal(state, subject, type_))
        name, way = found
        step = self._put(state, subject, name, f"type {type_.name} by {why}, {way}", type_)
        if not step.state.of(cache_id).cpus:
            raise CannotAllocate(self._refusal(state, subject, type_))
        return step if before is state else self._step(before, step.state, subject, step.reasons)

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Follow another request: the balloon is resized, and left only if it cannot grow as much.

        Raises `CannotAllocate`.
        """
        cache_id, member = subject.container.cache_id, choose.member(subject)
        if cache_id not in state.places:
            return Step(state)
        balloon = state.of(cache_id)
        type_, old = self.rules.types[balloon.type], balloon.members[cache_id].request
        if old == member.request:
            return Step(state)
        needed = balloon.requested - old + member.request
        work = Work(self.rules, state)
        work.take_out(cache_id)
        room = max(balloon.milli, balloon.room(type_, state.free.bit_count()))
        if type_.built_in or member.request < old or needed <= room:
            work.put(cache_id, member, balloon.name)
            if member.request < old or needed > balloon.milli:
                work.fit(balloon.name, max(1, needed))
            reasons = self._overbooked(work.state, cache_id)
        else:
            work.settle(balloon.name)
            reasons = (Reason(cache_id, self._move(work, subject, type_)),)
        return self._step(state, work.state, subject, reasons)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take a container out; its balloon shrinks, or goes."""
        if cache_id not in state.places:
            return Step(state)
        name, work = state.places[cache_id], Work(self.rules, state)
        work.take_out(cache_id)
        work.settle(name)
        after = work.state
        cpus = after.balloons[name].cpus if name in after.balloons else 0
        gone = state.balloons[name].cpus & ~cpus
        text = f"CPUs {cpuset.show(gone)} of balloon {name} are free again"
        return Step(
            after,
            self.follow.change(state, after, cache_id),
            (Reason(cache_id, text),) if gone else (),
            saved.entries(state, after, cache_id),
        )

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is."""
        return Step(state)

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Give nothing, as the original does."""
        del state, cache_id
        return {}

    def dump(self, state: State) -> dict[str, str]:
        """Give the balloons there are, and where containers are."""
        return saved.dump(state, self.about)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give all balloons, and what each container has."""
        return shown.balloons(self.follow.machine, state)

    def metrics(self, state: State) -> Sequence[Samples]:
        """Give the size of each balloon."""
        return (shown.metric(self.follow.machine, self.parts, self.rules.types, state),)

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Compare balloons for a container that is in none."""
        trial = common.attempt(self, state, subject)
        return explain.explained(self.rules, self.reserved_namespaces, state, subject, trial)

    def _known(self, kept: saved.Kept | None, running: Sequence[Subject]) -> State:
        """Give the state of those that were known before, and may be where they were."""
        if kept is None:
            return self.fresh
        if kept.configuration == self.about[saved.CONFIGURATION]:
            return begin.same(self.rules, kept, running)

        def kind(subject: Subject) -> Type:
            return choose.kind(self.rules.types, self.reserved_namespaces, subject)[0]

        return begin.changed(self.rules, kept, running, kind)

    def _put(
        self, state: State, subject: Subject, name: str, why: str, type_: Type | None = None
    ) -> Step[State]:
        """Put a container in a balloon, or in a new one of the type."""
        work, cache_id = Work(self.rules, state), subject.container.cache_id
        if name == choose.NEW and type_ is not None:
            name = work.create(type_)
        self._enter(work, subject, name)
        after = work.state
        cpus = cpuset.show(after.balloons[name].cpus)
        container = f"{subject.pod.name}:{subject.container.name}"
        text = f"assigning container {container} to balloon {name}: {why}; its CPUs are {cpus}"
        reasons = (Reason(cache_id, text), *self._overbooked(after, cache_id))
        return self._step(state, after, subject, reasons)

    def _move(self, work: Work, subject: Subject, type_: Type) -> str:
        """Put a container that had to leave its balloon in another one. Raises `CannotAllocate`."""
        before = work.state
        found = choose.balloon(self.rules.types, before, type_, choose.member(subject))
        if found is None:
            raise CannotAllocate(self._refusal(before, subject, type_))
        name, way = found
        name = name or work.create(type_)
        self._enter(work, subject, name)
        return f"moves to balloon {name}: its balloon cannot grow as much; {way}"

    def _enter(self, work: Work, subject: Subject, name: str) -> None:
        member, balloon = choose.member(subject), work.balloon(name)
        needed = max(1, balloon.requested + member.request)
        if balloon.milli < needed:
            work.fit(name, needed)
        work.put(subject.container.cache_id, member, name)

    def _again(self, state: State, subject: Subject) -> Step[State]:
        """Let a container that is in a balloon stay, and tell it all that it has."""
        cache_id = subject.container.cache_id
        step = self.update(state, subject)
        if step.state is state:
            return Step(state, self.follow.everything_of(state, cache_id), entries={})
        intents = self.follow.change(state, step.state, cache_id, fresh=True)
        return Step(step.state, intents, step.reasons, step.entries)

    def _last_resort(self, state: State) -> str:
        """Give the balloon for who runs and finds no room: it has CPUs, or can have some."""
        default = f"{DEFAULT}[0]"
        has = state.balloons[default].cpus or state.free
        return default if has else f"{RESERVED}[0]"

    def _step(
        self, before: State, after: State, subject: Subject, reasons: tuple[Reason, ...]
    ) -> Step[State]:
        cache_id = subject.container.cache_id
        intents: tuple[Intent, ...] = self.follow.change(before, after, cache_id)
        return Step(after, intents, reasons, saved.entries(before, after, cache_id))

    def _overbooked(self, state: State, cache_id: str) -> tuple[Reason, ...]:
        """Tell that the containers in a balloon that cannot grow request more than it has."""
        balloon = state.of(cache_id)
        if balloon.requested <= balloon.milli:
            return ()
        text = f"balloon {balloon.name} is overbooked: {balloon.requested}m of {balloon.milli}m"
        return (Reason(cache_id, text, warning=True),)

    def _refusal(self, state: State, subject: Subject, type_: Type) -> str:
        there = [one for one in state.balloons.values() if one.type == type_.name]
        sizes = ", ".join(f"{one.name} {one.requested}m of {one.milli}m" for one in there[:8])
        most = f", at most {type_.max_cpus} CPUs each" if type_.max_cpus else ""
        return (
            f"no suitable balloon instance available for {subject.title}:"
            f" it requests {choose.member(subject).request}m; type {type_.name}{most}:"
            f" {sizes or 'no balloon'}; {state.free.bit_count()} CPUs are free"
        )


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of the module `policy.balloons`. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    cpus = supply.divide(machine, constraints, allocator, "balloons")
    known, idle = types.read(config), str(config.get("IdleCPUClass") or "")
    system = (_SYSTEM, *(config.get("ReservedPoolNamespaces") or ()))
    sizing = Sizing.of(machine, allocator)
    rules = Rules(known, sizing, cpus)
    return Balloons(
        rules=rules,
        follow=Follow(
            machine=machine,
            types=known,
            available=cpus.available,
            idle_class=idle,
            pin_cpu=config.get("PinCPU") is not False,
            pin_memory=config.get("PinMemory") is not False,
        ),
        reserved_namespaces=system,
        fresh=begin.fresh(rules),
        about={
            saved.CONFIGURATION: saved.configuration(known, cpus, system),
            saved.CLASSES: saved.classes(known, idle),
        },
        parts=shown.parts(sizing.plain.root),
    )
