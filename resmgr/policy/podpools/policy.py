# SPDX-License-Identifier: Apache-2.0
"""The policy of pod pools (policies, section 8).

Beyond the original: pods stay where they are over a restart, and over a change of the pools as far
as it leaves their pool; what built-in pools are told counts only as long as they are told it; an
in-place resize is followed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset, quantity
from ...intents import Intent, SetCpuset, SetMems, SetShares
from ...samples import Samples
from ...sysfs.machine import Machine
from .. import explain as common
from .. import supply
from ..allocator import Allocator
from ..explain import Explanation
from ..interface import Constraints, Policy, Reason, Step, Subject
from . import choose, explain, shown
from . import state as states
from .layout import Layout, Pool, lay
from .state import Member, Place, State

_TOLERANCE = 10
"""Milli-CPU by which a pod's request may differ from its part of the pool."""


@dataclass(frozen=True, slots=True)
class PodPools:
    """Pods in pools; all of a pod's containers share the CPUs of its pool."""

    layout: Layout
    pin_cpu: bool
    pin_memory: bool
    names: Mapping[int, str]
    """Names of the pools by their position."""

    kept: str
    """The layout as it is remembered."""

    name: str = "podpools"

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told its CPUs once more.

        If the pools are others than then, a pod stays in the pool of its definition that has the
        name of the one that it was in, if there is room. Raises `BadState`.
        """
        state = self._known(states.load(saved), running) if saved else State()
        reasons: list[Reason] = []
        if self.layout.user_definitions > 1:
            text = (
                "there is more than one definition of pools: the scheduler does not know them and"
                " may send more pods to the node than fit in one of them"
            )
            reasons.append(Reason(self.name, text, warning=True))
        for subject in running:
            if subject.container.cache_id not in state.members:
                step = self._place(state, subject)
                state = step.state
                reasons += step.reasons
        intents = tuple(
            intent for subject in running for intent in self._pin(state, subject.container.cache_id)
        )
        return Step(state, intents, tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Put a container in the pool of its pod, which may be overbooked by it."""
        return self._place(state, subject)

    def update(self, state: State, subject: Subject) -> Step[State]:
        """Follow another request: the pool stays the same, and may be overbooked."""
        cache_id = subject.container.cache_id
        old = state.members.get(cache_id)
        request = _request(subject)
        if old is None or old.request == request:
            return Step(state)
        after = state.having(cache_id, Member(old.pod, request))
        intents: tuple[Intent, ...] = ()
        if self.pin_cpu and request:
            intents = (SetShares(cache_id, quantity.shares(request)),)
        entries = states.entries(state, after, cache_id, self.names)
        return Step(after, intents, self._overbooked(after, cache_id), entries)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take a container out; with its last one the pod leaves its pool."""
        member = state.members.get(cache_id)
        if member is None:
            return Step(state)
        after = state.without(cache_id)
        reasons: tuple[Reason, ...] = ()
        if member.pod not in after.pods:
            reasons = self._judge(state.pods[member.pod], cache_id)
        entries = states.entries(state, after, cache_id, self.names)
        return Step(after, (), reasons, entries)

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is."""
        return Step(state)

    def export(self, state: State, cache_id: str) -> Mapping[str, str]:
        """Give nothing, as the original does."""
        del state, cache_id
        return {}

    def dump(self, state: State) -> dict[str, str]:
        """Give the pools there are, and where pods and containers are."""
        return states.dump(state, self.names, self.kept)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give all pools, and what each container has."""
        return shown.pools(self.layout, state)

    def metrics(self, state: State) -> Sequence[Samples]:
        """Give sizes of all pools, and what is in them."""
        return shown.metrics(self.layout, state)

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Compare all pools for a container that is in none."""
        return explain.explained(self.layout, state, subject, common.attempt(self, state, subject))

    def _known(self, kept: states.Kept, running: Sequence[Subject]) -> State:
        """Give the state of those that are known, run, and may be where they were."""
        positions = {name: position for position, name in self.names.items()}
        state = State()
        for subject in running:
            cache_id, pod = subject.container.cache_id, subject.pod
            member, place = kept.members.get(cache_id), kept.pods.get(pod.id)
            if member is None or place is None or member.pod != pod.id:
                continue
            name, pool, peak = place
            if pod.id not in state.pods:
                position = positions.get(pool)
                if position is None or not (
                    kept.layout == self.kept or self._may_stay(state, subject, position)
                ):
                    continue
                state = state.settled(pod.id, Place(name, position, peak=peak))
            state = state.having(cache_id, Member(pod.id, _request(subject)))
        return state

    def _may_stay(self, state: State, subject: Subject, position: int) -> bool:
        """Tell whether a pod may be in a pool that is not as it was."""
        pool = self.layout.pools[position]
        wanted, _ = choose.definition(self.layout, subject.pod)
        return pool.definition == wanted and choose.has_room(pool, state.load(position).pods)

    def _place(self, state: State, subject: Subject) -> Step[State]:
        """Put a container in its pod's pool, and the pod in one if it is in none."""
        container, pod = subject.container, subject.pod
        cache_id, before, odd = container.cache_id, state, []
        known = state.members.get(cache_id)
        if known is not None and known.pod != pod.id:
            state = state.without(cache_id)
        if pod.id not in state.pods:
            wanted, wrong = choose.definition(self.layout, pod)
            position, full = choose.instance(self.layout, wanted, lambda at: state.load(at).pods)
            odd = [text for text in (wrong, full) if text]
            state = state.settled(pod.id, Place(pod.name, position))
        state = state.having(cache_id, Member(pod.id, _request(subject)))
        pool = self._pool(state, cache_id)
        text = f"assigning container {pod.name}:{container.name} to pool {pool.name}"
        entries = states.entries(before, state, cache_id, self.names)
        return Step(
            state,
            self._pin(state, cache_id),
            (
                *(Reason(cache_id, text, warning=True, error=True) for text in odd),
                Reason(cache_id, f"{text}, CPUs {cpuset.show(pool.cpus)}"),
                *self._overbooked(state, cache_id),
            ),
            entries,
        )

    def _pool(self, state: State, cache_id: str) -> Pool:
        return self.layout.pools[state.pods[state.members[cache_id].pod].pool]

    def _pin(self, state: State, cache_id: str) -> tuple[Intent, ...]:
        """Tell a container all that it has of its pool."""
        pool, request = self._pool(state, cache_id), state.members[cache_id].request
        found: list[Intent] = []
        if self.pin_cpu:
            found.append(SetCpuset(cache_id, pool.cpus))
            if request:
                found.append(SetShares(cache_id, quantity.shares(request)))
        if self.pin_memory and pool.nodes:
            found.append(SetMems(cache_id, pool.nodes))
        return tuple(found)

    def _overbooked(self, state: State, cache_id: str) -> tuple[Reason, ...]:
        """Tell that the containers in a container's pool request more than it has."""
        position = state.pods[state.members[cache_id].pod].pool
        pool, used = self.layout.pools[position], state.load(position).requested
        if used <= pool.milli:
            return ()
        text = (
            f'overbooked pool "{pool.name}" cpuset {cpuset.show(pool.cpus)}:'
            f" {used}m / {pool.milli}m CPUs used, {pool.milli - used} mCPU available"
        )
        return (Reason(cache_id, text, warning=True, error=True),)

    def _judge(self, place: Place, cache_id: str) -> tuple[Reason, ...]:
        """Compare what a pod that leaves has requested with its part of the pool."""
        pool = self.layout.pools[place.pool]
        if pool.max_pods <= 0:
            return ()
        part = pool.milli // pool.max_pods
        if abs(place.peak - part) <= _TOLERANCE:
            return ()
        text = (
            f'bad CPU requests: pod "{place.name}" requested {place.peak} mCPUs, but in pool'
            f' "{pool.name}" pods must request {part} mCPUs.'
        )
        return (Reason(cache_id, text, warning=True, error=True),)


def _request(subject: Subject) -> int:
    return max(0, subject.container.requirements.cpu_request or 0)


def make(machine: Machine, constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of the module `policy.podpools`. Raises `BadConfiguration`."""
    allocator = Allocator.of(machine)
    cpus = supply.divide(machine, constraints, allocator, "podpools")
    layout = lay(machine, cpus, allocator, config.get("Pools") or ())
    return PodPools(
        layout=layout,
        pin_cpu=config.get("PinCPU") is not False,
        pin_memory=config.get("PinMemory") is not False,
        names={position: pool.name for position, pool in enumerate(layout.pools)},
        kept=shown.kept(layout),
    )
