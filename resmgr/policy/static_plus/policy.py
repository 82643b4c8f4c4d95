# SPDX-License-Identifier: Apache-2.0
"""The policy static-plus (policies, section 5).

Beyond the original: who runs on the reserved CPUs stays there, who has only exclusive CPUs never
gets others, nobody is left without CPUs when the shared pool is used up, the oldest containers have
it first, and an in-place resize is followed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset, quantity
from ...intents import Intent, SetCpuset, SetShares
from ...samples import Metric, Samples
from ...sysfs.machine import Machine
from .. import explain as common
from ..adjacent import Adjacent
from ..allocator import Allocator, TooFew
from ..explain import Explanation
from ..interface import CannotAllocate, Constraints, Policy, Reason, Step, Subject
from . import explain, wants
from . import pools as supply
from . import saved as texts
from .grants import Free, Grants
from .pools import Pools
from .state import Grant, State

_EXCLUSIVE = "exclusive"
_CPUS = Metric("static_plus_pool_cpus", "gauge", "CPUs of each pool that are in it.", ("pool",))


@dataclass(frozen=True, slots=True)
class StaticPlus:
    """Exclusive CPUs, the shared pool, and the reserved CPUs for `kube-system`."""

    pools: Pools
    grants: Grants
    name: str = "static-plus"

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told what it has once more.

        A container that there are no CPUs for has a part of the shared pool. Raises `BadState`.
        """
        state = texts.load(saved, self.pools) if saved else State()
        present = {subject.container.cache_id for subject in running}
        for gone in state.grants.keys() - present:
            state = state.forgetting(gone, self.pools)
        reasons: list[Reason] = []
        for subject in running:
            cache_id = subject.container.cache_id
            if cache_id in state.grants:
                continue
            try:
                state, why = self._given(state, subject)
            except CannotAllocate as error:
                request = subject.container.requirements.cpu_request or 0
                grant = Grant(0, request, state.next_number())
                state = state.giving(cache_id, grant, self.pools)
                why = (Reason(cache_id, f"{error}; it shares", unmet=True),)
            reasons += why
        intents = [one for key in state.grants for one in self._tell(state, key)]
        return Step(state, tuple(intents), tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Give a container what it asks for; it keeps what it has of that.

        Raises `CannotAllocate`.
        """
        cache_id = subject.container.cache_id
        after, reasons = self._given(state, subject)
        intents = self._tell(after, cache_id) + self._follow(state, after, cache_id)
        return Step(after, intents, reasons, texts.entries(state, after, cache_id))

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Let a container have more or less, keeping what it can. Raises `CannotAllocate`."""
        if subject.container.cache_id not in state.grants:
            return Step(state)
        return self.allocate(state, subject)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take back what a container has."""
        after = state.forgetting(cache_id, self.pools)
        grant = state.grants.get(cache_id)
        if grant is None:
            return Step(state)
        text = f"exclusive CPUs {cpuset.show(grant.exclusive)} are free again"
        reasons = (Reason(cache_id, text),) if grant.exclusive else ()
        entries = texts.entries(state, after, cache_id)
        return Step(after, self._follow(state, after, cache_id), reasons, entries)

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is."""
        return Step(state)

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Give those of `SHARED_CPUS`, `EXCLUSIVE_CPUS` and `ISOLATED_CPUS` that there are."""
        grant = state.grants.get(cache_id)
        if grant is None:
            return {}
        pool = self.pools.reserved if grant.system else state.shared(self.pools)
        found = {
            "SHARED_CPUS": pool if grant.part else 0,
            "EXCLUSIVE_CPUS": grant.exclusive & ~self.pools.isolated,
            "ISOLATED_CPUS": grant.exclusive & self.pools.isolated,
        }
        return {key: cpuset.show(cpus) for key, cpus in found.items() if cpus}

    def dump(self, state: State) -> dict[str, str]:
        """Give what each container has."""
        return texts.dump(state)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give the pools, and what each container has of which."""
        taken = cpuset.union(
            grant.exclusive for grant in state.grants.values() if self._pool(grant) == _EXCLUSIVE
        )
        pools = {_EXCLUSIVE: taken, **self._now(state)}
        shown = {name: cpuset.show(cpus) for name, cpus in pools.items()}
        return {
            "Pools": {name: {"Name": name, "CPUs": cpus} for name, cpus in shown.items()},
            "Assignments": {
                key: {
                    "SharedCPUs": cpuset.show(
                        state.cpus(key, self.pools) & ~state.grants[key].exclusive
                    ),
                    "CPUShare": grant.part,
                    "ExclusiveCPUs": cpuset.show(grant.exclusive),
                    "Pool": self._pool(grant),
                }
                for key, grant in sorted(state.grants.items())
            },
        }

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Tell by which rule a container that has nothing gets which CPUs."""
        return explain.explained(self.pools, state, subject, common.attempt(self, state, subject))

    def metrics(self, state: State) -> Sequence[Samples]:
        """Give how many CPUs each pool has now."""
        values = [((name,), float(cpus.bit_count())) for name, cpus in self._now(state).items()]
        return (Samples(_CPUS, values),)

    def _now(self, state: State) -> dict[str, int]:
        return {
            "isolated": state.isolated(self.pools),
            "reserved": self.pools.reserved,
            "shared": state.shared(self.pools),
        }

    def _pool(self, grant: Grant) -> str:
        if grant.system:
            return "reserved"
        if grant.exclusive & self.pools.isolated:
            return "isolated"
        return _EXCLUSIVE if grant.exclusive else "shared"

    def _given(self, state: State, subject: Subject) -> tuple[State, tuple[Reason, ...]]:
        """Give a container what it wants now, whatever it has."""
        cache_id, wanted = subject.container.cache_id, wants.of(subject)
        former = state.grants.get(cache_id)
        held = former.exclusive if former else 0
        free = Free(state.isolated(self.pools), state.shared(self.pools))
        try:
            exclusive = self.grants.choose(held, wanted, free)
        except TooFew as error:
            raise CannotAllocate(_refusal(subject, wanted.full, held, free)) from error
        number = former.number if former else state.next_number()
        grant = Grant(exclusive, wanted.part, number, wanted.system)
        said = (wanted.odd if wanted.full else "", self._why(grant))
        reasons = tuple(Reason(cache_id, text) for text in said if text)
        return state.giving(cache_id, grant, self.pools), reasons

    def _why(self, grant: Grant) -> str:
        if grant.system:
            return f"runs on the reserved CPUs: it is in namespace {wants.SYSTEM}"
        count = grant.exclusive.bit_count()
        kind = "isolated " if grant.exclusive & self.pools.isolated else ""
        own = f"has {kind}CPUs {cpuset.show(grant.exclusive)} for itself: it asks for {count} whole"
        if grant.exclusive:
            return f"{own} and shares for {grant.part}m" if grant.part else own
        return "shares CPUs: it asks for no whole one"

    def _tell(self, state: State, cache_id: str) -> tuple[Intent, ...]:
        """Tell a container its CPUs and its weight on them."""
        grant = state.grants[cache_id]
        weight = grant.part if grant.system or grant.shares else 1000 * grant.exclusive.bit_count()
        cpus = state.cpus(cache_id, self.pools)
        return SetCpuset(cache_id, cpus), SetShares(cache_id, quantity.shares(weight))

    def _follow(self, before: State, after: State, but: str) -> tuple[Intent, ...]:
        """Tell the others, if they run on other CPUs now; their weights stay."""
        keys: Iterable[str] = before.late ^ after.late
        if before.shared(self.pools) != after.shared(self.pools):
            # Those who have only CPUs of their own, or reserved ones, never get others.
            keys = [key for key, grant in after.grants.items() if grant.shares]
        had, has = before.all_cpus(self.pools), after.all_cpus(self.pools)
        return tuple(
            SetCpuset(key, cpus)
            for key in sorted(keys)
            if key != but and key in after.grants and had(key) != (cpus := has(key))
        )


def _refusal(subject: Subject, count: int, held: int, free: Free) -> str:
    has = f", it has {cpuset.show(held)}" if held else ""
    return (
        f"failed to allocate {count} exclusive CPUs: not enough capacity for {subject.title}{has}:"
        f" shared are {cpuset.show(free.shared) or 'none'},"
        f" isolated and free {cpuset.show(free.isolated) or 'none'}"
    )


def make(machine: Machine, constraints: Constraints, _config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy; it has no configuration of its own. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    pools = supply.divide(machine, constraints, allocator)
    return StaticPlus(pools, Grants(pools, allocator, Adjacent(machine, allocator)))
