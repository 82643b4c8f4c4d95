# SPDX-License-Identifier: Apache-2.0
"""What a change of balloons means for containers and CPUs: told is what is another than before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ... import quantity
from ...intents import AssignCpuClass, Intent, SetCpuset, SetMems, SetShares
from ...sysfs.machine import Machine
from .. import nearby
from .state import Balloon, State
from .types import Type


@dataclass(frozen=True, slots=True)
class Follow:
    """Compares states of one configuration."""

    machine: Machine
    types: Mapping[str, Type]
    available: int
    idle_class: str
    pin_cpu: bool
    pin_memory: bool

    def everything(self, state: State) -> tuple[Intent, ...]:
        """Tell all containers all that they have."""
        return tuple(
            intent
            for balloon in state.balloons.values()
            for intent in self._pin(state, balloon, balloon.members)
        )

    def everything_of(self, state: State, cache_id: str) -> tuple[Intent, ...]:
        """Tell a container all that it has."""
        return tuple(self._pin(state, state.of(cache_id), [cache_id]))

    def classes(self, state: State) -> tuple[Intent, ...]:
        """Put all CPUs in their classes."""
        owned = self._owned(state.balloons.values(), self.available)
        return tuple(AssignCpuClass(cpus, name) for name, cpus in sorted(owned.items()) if cpus)

    def change(
        self, before: State, after: State, subject: str = "", *, fresh: bool = False
    ) -> tuple[Intent, ...]:
        """Tell who has other CPUs than before, and classes of CPUs.

        `subject` is the container that the step was about; it is told all if it is `fresh`.
        """
        found: list[Intent] = []
        freed = before.free != after.free
        for name, new in after.balloons.items():
            old = before.balloons.get(name)
            if old is new and not (freed and new.near):
                continue
            cpus, was = after.allowed(new), before.allowed(old) if old else 0
            if cpus != was:
                others = [key for key in new.members if key != subject]
                found += self._moved(others, cpus, was)
            if subject in new.members:
                found += self._told(before, after, subject, fresh=fresh)
        return (*found, *self._classes_changed(before, after))

    def _told(
        self, before: State, after: State, cache_id: str, *, fresh: bool
    ) -> tuple[Intent, ...]:
        """Tell a container what it has, or what of that is another than before."""
        new = after.of(cache_id)
        if fresh or cache_id not in before.places:
            return self.everything_of(after, cache_id)
        old = before.of(cache_id)
        found = self._moved([cache_id], after.allowed(new), before.allowed(old))
        request = new.members[cache_id].request
        if self.pin_cpu and request and request != old.members[cache_id].request:
            found.append(SetShares(cache_id, quantity.shares(request)))
        return tuple(found)

    def _moved(self, cache_ids: Iterable[str], cpus: int, was: int) -> list[Intent]:
        """Tell containers other CPUs, and the memory of those if it is another one."""
        keys = list(cache_ids) if cpus != was else []
        found: list[Intent] = [SetCpuset(key, cpus) for key in keys] if self.pin_cpu else []
        if keys and self.pin_memory:
            nodes = nearby.nodes(self.machine, cpus)
            if nodes and nodes != nearby.nodes(self.machine, was):
                found += [SetMems(key, nodes) for key in keys]
        return found

    def _pin(self, state: State, balloon: Balloon, cache_ids: Iterable[str]) -> Iterator[Intent]:
        """Tell containers of a balloon all that they have."""
        cpus = state.allowed(balloon)
        nodes = nearby.nodes(self.machine, cpus) if self.pin_memory else 0
        for cache_id in cache_ids:
            if self.pin_cpu:
                yield SetCpuset(cache_id, cpus)
                if request := balloon.members[cache_id].request:
                    yield SetShares(cache_id, quantity.shares(request))
            if nodes:
                yield SetMems(cache_id, nodes)

    def _classes_changed(self, before: State, after: State) -> Iterator[Intent]:
        """Put CPUs in another class that went from balloon to balloon, or came, or went."""
        old, new, touched = [], [], 0
        for name in sorted(before.balloons.keys() | after.balloons.keys()):
            was, now = before.balloons.get(name), after.balloons.get(name)
            cpus = (was.cpus if was else 0, now.cpus if now else 0)
            if was is not now and cpus[0] != cpus[1]:
                touched |= cpus[0] ^ cpus[1]
                old += [was] if was else []
                new += [now] if now else []
        if touched:
            former = self._owned(old, touched)
            for name, mask in sorted(self._owned(new, touched).items()):
                if moved := mask & ~former.get(name, 0):
                    yield AssignCpuClass(moved, name)

    def _owned(self, balloons: Iterable[Balloon], among: int) -> dict[str, int]:
        """Give the CPUs of each class; those of no balloon are of the class of idle ones.

        Where two balloons have the same CPUs, the younger one's class counts, if it has one.
        """
        found: dict[str, int] = {}
        left = among
        for balloon in sorted(balloons, key=lambda one: one.number, reverse=True):
            name, cpus = self.types[balloon.type].cpu_class, balloon.cpus & left
            if cpus and (name or not self.types[balloon.type].fixed or balloon.number == 0):
                found[name] = found.get(name, 0) | cpus
                left &= ~cpus
        if left:
            found[self.idle_class] = found.get(self.idle_class, 0) | left
        return found
