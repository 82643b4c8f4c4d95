# SPDX-License-Identifier: Apache-2.0
"""The policy static-pools, a stand-in for CPU Manager for Kubernetes (policies, section 6).

Beyond the original: lists are kept one by one, so that a restart finds those of a container that
has several; of a pool that is not exclusive the list with the fewest users is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from ...intents import AddEnvironment, Intent, RewriteCommand, SetCpuset
from ...model import ContainerState
from ...sysfs.machine import Machine
from .. import explain as common
from ..explain import Explanation
from ..interface import CannotAllocate, Constraints, Policy, Reason, Step, Subject
from ..marks import Marks, Taint
from . import explain, wants
from . import pools as configured
from . import state as states
from .isolate import ANY
from .pools import INFRA, SHARED, CpuList, Pool, Pools
from .state import Held, State
from .wants import Wants

_LABEL = "cmk.intel.com/cmk-node"
_TAINT = Taint("cmk", "true", "NoSchedule")

MARKS = Marks({wants.CORES: "0"}, {_LABEL: None}, {_TAINT: False})
"""A Node on which the policy has left nothing."""


@dataclass(frozen=True, slots=True)
class StaticPools:
    """Lists of CPUs out of configured pools."""

    pools: Pools
    label: bool = False
    taint: bool = False
    name: str = "static-pools"

    def start(self, saved: Mapping[str, str] | None, running: Sequence[Subject]) -> Step[State]:
        """Begin anew or with what was saved; whoever runs is told its CPUs once more.

        A container that there is no list for keeps the CPUs that it runs on. Raises `BadState`.
        """
        state = states.load(saved, self.pools) if saved else State()
        present = {subject.container.cache_id for subject in running}
        for gone in state.held.keys() - present:
            state = state.forgetting(gone)
        reasons: list[Reason] = []
        for subject in running:
            cache_id = subject.container.cache_id
            if cache_id in state.held:
                continue
            try:
                wanted = wants.of(subject)
                state = state.having(cache_id, self._choose(state, wanted))
                reasons += self._reasons(cache_id, wanted, state.held[cache_id])
            except CannotAllocate as error:
                text = f"{error}; it keeps the CPUs that it has"
                reasons.append(Reason(cache_id, text, unmet=True))
        intents = [one for key in sorted(state.held) for one in _pin(key, state.held[key])]
        return Step(state, tuple(intents), tuple(reasons))

    def allocate(self, state: State, subject: Subject) -> Step[State]:
        """Give a container its lists, those that it has if it is known. Raises `CannotAllocate`."""
        cache_id, wanted = subject.container.cache_id, wants.of(subject)
        known = state.held.get(cache_id)
        held = known or self._choose(state, wanted)
        after = state if known else state.having(cache_id, held)
        intents = _pin(cache_id, held)
        if subject.container.state is ContainerState.CREATING:
            intents += self._changes(cache_id, wanted, held)
        entries = {} if known else {cache_id: states.text(held)}
        return Step(after, intents, self._reasons(cache_id, wanted, held), entries)

    def update(self, state: State, _subject: Subject) -> Step[State]:
        """Leave it where it is: lists do not depend on requests that can be changed."""
        return Step(state)

    def release(self, state: State, cache_id: str) -> Step[State]:
        """Take a container's lists back."""
        held = state.held.get(cache_id)
        if held is None:
            return Step(state)
        text = f"CPUs {_shown(held)} of pool {held.pool} are given back"
        return Step(
            state.forgetting(cache_id), reasons=(Reason(cache_id, text),), entries={cache_id: None}
        )

    def rebalance(self, state: State) -> Step[State]:
        """Leave everything where it is."""
        return Step(state)

    def export(self, _state: State, _cache_id: str) -> Mapping[str, str]:
        """Nothing: containers are told by their environment."""
        return {}

    def dump(self, state: State) -> dict[str, str]:
        """Give what each container has."""
        return states.dump(state)

    def introspect(self, state: State) -> dict[str, Any]:
        """Give the pools, and who is in which."""
        return {
            "Pools": {
                name: {
                    "Name": name,
                    "CPUs": cpuset.show(cpuset.union(one.cpus for one in pool.lists)),
                }
                for name, pool in sorted(self.pools.items())
            },
            "Assignments": {
                key: {
                    "SharedCPUs": "" if held.count else cpuset.show(held.cpus),
                    "ExclusiveCPUs": cpuset.show(held.cpus) if held.count else "",
                    "Pool": held.pool,
                }
                for key, held in sorted(state.held.items())
            },
        }

    def explain(self, state: State, subject: Subject) -> Explanation:
        """Compare the lists of all pools for a container that has none."""
        return explain.explained(self.pools, state, subject, common.attempt(self, state, subject))

    def marks(self) -> Marks:
        """Give the extended resource, the label and the taint that CMK sets."""
        count = sum(len(pool.lists) for pool in self.pools.values() if pool.exclusive)
        return Marks(
            capacities={wants.CORES: str(count)},
            labels={_LABEL: "true" if self.label else None},
            taints={_TAINT: self.taint},
        )

    def _choose(self, state: State, wanted: Wants) -> Held:
        pool = self.pools.get(wanted.pool)
        if pool is None:
            known = ", ".join(sorted(self.pools))
            raise CannotAllocate(f'static-pools: non-existent pool "{wanted.pool}", known: {known}')
        fit = [one for one in pool.lists if wanted.socket in (ANY, one.socket)]
        chosen = _exclusive(pool, fit, state, wanted) if pool.exclusive else None
        if chosen is None:
            chosen = [_least_used(pool, fit, state, wanted)]
        count = wanted.count if pool.exclusive else 0
        masks = tuple(one.cpus for one in chosen)
        return Held(pool.name, wanted.socket, count, masks, wanted.affinity)

    def _changes(self, cache_id: str, wanted: Wants, held: Held) -> tuple[Intent, ...]:
        """Give what the container is started with."""
        texts = {one.cpus: one.text for one in self.pools[held.pool].lists}
        variables = [("CMK_CPUS_ASSIGNED", ",".join(texts[mask] for mask in held.lists))]
        for name, variable in ((INFRA, "CMK_CPUS_INFRA"), (SHARED, "CMK_CPUS_SHARED")):
            if name in self.pools:
                variables.append((variable, self.pools[name].text))
        environment = AddEnvironment(cache_id, tuple(variables))
        if wanted.rest is None:
            return (environment,)
        return RewriteCommand(cache_id, wanted.rest, ()), environment

    def _reasons(self, cache_id: str, wanted: Wants, held: Held) -> tuple[Reason, ...]:
        kind = "exclusive" if held.count else "shared"
        text = f"has {kind} CPUs {_shown(held)} of pool {held.pool}"
        if not held.affinity:
            text += ", and pins itself"
        return tuple(Reason(cache_id, one) for one in (*wanted.odd, text))


def _exclusive(
    pool: Pool, fit: Sequence[CpuList], state: State, wanted: Wants
) -> Sequence[CpuList]:
    if wanted.count < 1:
        raise CannotAllocate(
            "static-pools: exclusive pool specified but the number of exclusive CPUs requested"
            f" is 0; request {wants.CORES}"
        )
    free = [one for one in fit if (pool.name, one.cpus) not in state.users]
    if len(free) < wanted.count:
        where = "" if wanted.socket == ANY else f" with socket id {wanted.socket}"
        raise CannotAllocate(
            f'static-pools: not enough free cpu lists in pool "{pool.name}"{where}:'
            f" {_are(wanted.count)} requested, {_are(len(free))} free"
        )
    return free[: wanted.count]


def _are(number: int) -> str:
    return f"{number} {'is' if number == 1 else 'are'}"


def _least_used(pool: Pool, fit: Sequence[CpuList], state: State, wanted: Wants) -> CpuList:
    if not fit:
        raise CannotAllocate(
            f'static-pools: no available cpu lists in pool "{pool.name}"'
            f" with socket id {wanted.socket}"
        )
    return min(fit, key=lambda one: state.users.get((pool.name, one.cpus), 0))


def _pin(cache_id: str, held: Held) -> tuple[Intent, ...]:
    return (SetCpuset(cache_id, held.cpus),) if held.affinity else ()


def _shown(held: Held) -> str:
    return cpuset.show(held.cpus)


def make(machine: Machine, _constraints: Constraints, config: Mapping[str, Any]) -> Policy[State]:
    """Make the policy with the data of `policy.static-pools`. Raises `BadConfiguration`.

    Available and reserved CPUs do not matter to it: the pools name their CPUs.
    """
    return StaticPools(
        configured.read(config, machine),
        label=config.get("LabelNode") is True,
        taint=config.get("TaintNode") is True,
    )
