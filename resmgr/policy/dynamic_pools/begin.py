# SPDX-License-Identifier: Apache-2.0
"""The state to begin with: what was saved, as far as it fits the configuration and who runs."""

from collections.abc import Mapping, Sequence

from ..interface import CannotAllocate, Reason, Subject
from ..supply import Supply
from . import choose, saved
from .choose import RESERVED, SHARED
from .saved import Kept
from .state import Member, Pool, State
from .types import Options


def begin(
    kept: Kept | None, running: Sequence[Subject], options: Options, supply: Supply
) -> tuple[State, list[Reason]]:
    """Give pools as they were, and everybody who runs in one; sizes are for who asks.

    Containers stay in their pools if the rules are those of before, else they are looked at anew.
    """
    state = State(_pools(kept, options, supply))
    if kept is None:
        # Everything is shared until somebody needs it.
        cpus = [0] * len(options.types)
        cpus[RESERVED], cpus[SHARED] = supply.reserved, supply.free
        state = state.holding(tuple(cpus))
    same = kept is not None and kept.rules == saved.rules(options)
    members: Mapping[str, tuple[str, int, int]] = kept.members if kept and same else {}
    numbers = {type_.name: number for number, type_ in enumerate(options.types)}
    reasons: list[Reason] = []
    weights = tuple(pool.weight for pool in state.pools)
    for subject in running:
        cache_id = subject.container.cache_id
        name, request, limit = members.get(cache_id, ("", 0, 0))
        if name in numbers:
            member = Member(numbers[name], request, limit)
        else:
            member, reason = _new(subject, options)
            reasons.append(Reason(cache_id, reason))
        state = state.joining(cache_id, member)
    return state.weighing(weights), reasons


def amounts(subject: Subject) -> tuple[int, int]:
    """Give a container's request and limit in milli-CPU."""
    wants = subject.container.requirements
    return max(wants.cpu_request or 0, 0), max(wants.cpu_limit or 0, 0)


def _new(subject: Subject, options: Options) -> tuple[Member, str]:
    try:
        number, why = choose.pool(subject, options)
    except CannotAllocate as error:
        return Member(SHARED, *amounts(subject)), f"{error}; it is in {options.types[SHARED].name}"
    return Member(number, *amounts(subject)), f"is in {options.types[number].name}: {why}"


def _pools(kept: Kept | None, options: Options, supply: Supply) -> tuple[Pool, ...]:
    """Give pools with the CPUs that they had, if those may still be used."""
    found, left = [Pool(supply.reserved)], supply.free
    for type_ in options.types[SHARED:]:
        cpus, weight = kept.pools.get(type_.name, (0, 0)) if kept else (0, 0)
        found.append(Pool(cpus & left, weight=weight))
        left &= ~cpus
    return tuple(found)
