# SPDX-License-Identifier: Apache-2.0
"""The policy dynamic-pools (policies, section 10).

Beyond the original: nobody waits for a measurement, since load comes in when somebody has measured
it; CPUs stay in their pools as far as sizes allow; every pool with containers has a CPU; what can
never be met is refused; a restart keeps what there is, and an in-place resize is followed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from ...samples import Samples
from ...sysfs.machine import Machine
from .. import constraints as given
from .. import explain as common
from .. import supply as supplies
from ..adjacent import Adjacent
from ..allocator import Allocator
from ..explain import Explanation
from ..interface import BadConfiguration, CannotAllocate, Constraints, Policy, Reason, Step, Subject
from ..load import Load
from ..supply import Supply
from . import begin, choose, explain, saved, shown, types
from . import sizes as sizing
from .choose import RESERVED, SHARED
from .follow import Follow
from .layout import Layout
from .sizes import Demand
from .state import Member, State
from .types import Options


@dataclass(frozen=True, slots=True)
class DynamicPools:
    """Pools that grow and shrink; that of reserved CPUs does not."""

    machine: Machine
    supply: Supply
    options: Options
    layout: Layout
    follow: Follow
    name: str = "dynamic-pools"

    def start(self, kept: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told what it has once more.

        Raises `BadState`.
        """
        before = saved.load(kept) if kept else None
        state, reasons = begin.begin(before, running, self.options, self.supply)
        while True:
            try:
                state = self._sized(state)
                break
            except sizing.TooMany as error:
                state = self._together(state, reasons, str(error))
        intents = [one for key in state.members for one in self.follow.tell(state, key)]
        intents += self.follow.classes(state)
        return Step(state, tuple(intents), tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Put a container into its pool, for which pools may change. Raises `CannotAllocate`."""
        number, why = choose.pool(subject, self.options)
        name = self.options.types[number].name
        container = f"{subject.pod.name}:{subject.container.name}"
        text = f"assigning container {container} to dynamicPool {name}: {why}"
        return self._joining(state, subject, number, text)

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Follow what a container asks for now; it stays in its pool. Raises `CannotAllocate`."""
        member = state.members.get(subject.container.cache_id)
        if member is None:
            return Step(state)
        name = self.options.types[member.pool].name
        text = f"asks for {begin.amounts(subject)[0]}m now, in dynamicPool {name}"
        return self._joining(state, subject, member.pool, text)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take a container out of its pool."""
        if cache_id not in state.members:
            return Step(state)
        return self._step(state, self._sized(state.leaving(cache_id)), cache_id)

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is: load is followed when it comes in."""
        return Step(state)

    def loaded(self, state: State, load: Load) -> Step[State]:
        """Give idle CPUs to pools by how busy theirs are."""
        weights = tuple(
            sum(load.get(cpu, 0) for cpu in cpuset.ids(pool.cpus)) for pool in state.pools
        )
        after = state.weighing((0, *weights[SHARED:]))
        if after == state:
            return Step(state)
        return self._step(state, self._sized(after))

    def export(self, _state: State, _cache_id: str) -> Mapping[str, str]:
        """Nothing, as in the original."""
        return {}

    def dump(self, state: State) -> dict[str, str]:
        """Give rules, pools and containers."""
        return saved.dump(state, self.options)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give pools, and who is in which."""
        return shown.page(self.machine, self.options, state)

    def metrics(self, state: State) -> Sequence[Samples]:
        """Give the sizes of the pools."""
        return (shown.metric(self.machine, self.options, state),)

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Tell by which rule a container that is in no pool gets into which."""
        trial = common.attempt(self, state, subject)
        return explain.explained(self.options, state, subject, trial)

    def _joining(self, state: State, subject: Subject, number: int, text: str) -> Step[State]:
        cache_id, amounts = subject.container.cache_id, begin.amounts(subject)
        room = self.supply.free.bit_count()
        if number != RESERVED and amounts[0] > 1000 * room:
            raise CannotAllocate(
                f"cannot allocate {amounts[0]}m of CPU for {subject.pod.name}:"
                f"{subject.container.name}: all pools together have {room} CPUs"
            )
        try:
            after = self._sized(state.joining(cache_id, Member(number, *amounts)))
        except sizing.TooMany as error:
            raise CannotAllocate(f"cannot put {cache_id} into a pool: {error}") from error
        reasons = [Reason(cache_id, text)]
        needed = sum(demand.least for demand in self._demands(after))
        if number != RESERVED and needed > room:
            reasons.append(
                Reason(
                    cache_id,
                    f"pools are too small: they need {needed} CPUs, and have {room}",
                    warning=True,
                )
            )
        step = self._step(state, after, cache_id)
        intents = (*self.follow.tell(after, cache_id), *step.intents)
        return Step(after, intents, tuple(reasons), step.entries)

    def _step(self, before: State, after: State, cache_id: str = "") -> Step[State]:
        """Give what follows for all but one container."""
        intents = tuple(self.follow.changes(before, after, cache_id))
        entries = saved.entries(before, after, self.options, cache_id)
        return Step(after, intents, entries=entries)

    def _demands(self, state: State) -> list[Demand]:
        return [
            Demand(-(-pool.request // 1000), pool.weight, pool.count > 0)
            for pool in state.pools[SHARED:]
        ]

    def _sized(self, state: State) -> State:
        """Give pools the sizes that they have to have. Raises `sizes.TooMany`."""
        sizes = sizing.divide(self._demands(state), self.supply.free.bit_count())
        had = [pool.cpus for pool in state.pools[SHARED:]]
        if all(cpus.bit_count() == size for cpus, size in zip(had, sizes, strict=True)):
            return state
        priorities = [type_.priority for type_ in self.options.types[SHARED:]]
        return state.holding((self.supply.reserved, *self.layout.follow(had, sizes, priorities)))

    def _together(self, state: State, reasons: list[Reason], why: str) -> State:
        """Let the containers of the last pool share: they run, so nobody can be refused."""
        last = max(number for number, pool in enumerate(state.pools) if pool.count)
        for cache_id, member in state.members.items():
            if member.pool == last:
                state = state.joining(cache_id, Member(SHARED, member.request, member.limit))
                text = f"is in {types.SHARED}: {why}"
                reasons.append(Reason(cache_id, text, unmet=True))
        return state


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of `policy.dynamic-pools`. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    options = types.read(config)
    supply = supplies.divide(machine, constraints, allocator, "dynamic-pools")
    if not supply.free:
        raise BadConfiguration(
            f"{given.RESERVED}: policy dynamic-pools has no CPU for its pools:"
            f" all that are available are reserved, {cpuset.show(supply.reserved)}"
        )
    layout = Layout(allocator, Adjacent(machine, allocator), supply.free)
    return DynamicPools(machine, supply, options, layout, Follow(machine, options))
