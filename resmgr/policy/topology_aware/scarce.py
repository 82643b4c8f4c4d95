# SPDX-License-Identifier: Apache-2.0
"""Why exclusive CPUs cannot be sliced off the sharable ones of a pool, for people (section 7.8)."""

from collections.abc import Iterable

from ... import cpuset
from . import state as states
from .state import State
from .tree import Pool

_NAMED = 3
"""Containers that are named of those that have something; the ones that have most."""


def text(pools: tuple[Pool, ...], state: State, pool: Pool, count: int) -> str:
    """Tell why `count` CPUs cannot be sliced from a pool, and who has what there.

    Without what is promised, or a CPU, containers that share would have nothing to run on.
    """
    left = states.left(pools, state)
    sharable, free = left.sharable[pool.id], max(0, left.shared[pool.id])
    if not sharable:
        start = f"can't slice {count} exclusive CPUs: {pool.name} has no sharable CPU left"
        return "; ".join([start, *_holders(pool, state)])
    place = _tightest(pools, state, pool)
    start = (
        f"can't slice {count} exclusive CPUs from sharable {cpuset.show(sharable)}"
        f" of {pool.name}, {free}m free{'' if place is pool else f' in {place.name}'}"
    )
    why = "the last shared CPU cannot be made exclusive"
    if sharable.bit_count() > 1:
        most = max(0, (free - 1) // 1000)
        why = (
            f"{f'at most {most}' if most else 'none'} can be made exclusive, some CPU stays shared"
        )
    return "; ".join([f"{start}: {why}", *_holders(place, state)])


def _tightest(pools: tuple[Pool, ...], state: State, pool: Pool) -> Pool:
    """Give the pool, or the nearest one above it, that has no more left than the pool may give."""
    left = states.left(pools, state)
    for id_ in pool.ancestors:
        # What is left of a pool is never more than what is left above it.
        if left.shared[id_] > left.shared[pool.id]:
            break
        own = 1000 * left.sharable[pool.id].bit_count() - _promised(pool, state)
        if own == left.shared[pool.id]:
            break
        pool = pools[id_]
    return pool


def _promised(pool: Pool, state: State) -> int:
    return sum(state.books[id_].shared for id_ in cpuset.ids(pool.below))


def _holders(pool: Pool, state: State) -> Iterable[str]:
    """Give who has CPUs of a pool for himself, and to whom shares of the others are promised."""
    grants = state.grants.values()
    own = [(one.exclusive & pool.sharable, one) for one in grants]
    taken = sorted(
        (
            (mask.bit_count(), f"{cpuset.show(mask)} of {one.subject.title}")
            for mask, one in own
            if mask
        ),
        key=lambda found: -found[0],
    )
    shared = [one for one in grants if pool.below >> one.pool & 1 and one.part and not one.reserved]
    promised = sorted(
        ((one.part, f"{one.part}m to {one.subject.title}") for one in shared),
        key=lambda found: -found[0],
    )
    for word, found in (("exclusive", taken), ("promised", promised)):
        if found:
            more = [f"{len(found) - _NAMED} more"] if len(found) > _NAMED else []
            yield f"{word}: {', '.join([*(who for _, who in found[:_NAMED]), *more])}"
