# SPDX-License-Identifier: Apache-2.0
"""Memory expansion upward: who no longer has memory for sure uses more of the machine (7.8).

A container that may use the memory of a pool may use up any part of it. So what is granted from a
pool is not for sure any more for those in pools below; where it is too much for one of them, its
containers get memory from a pool above as well.
"""

from dataclasses import replace

from ... import cpuset
from ..interface import CannotAllocate
from . import memory
from . import state as states
from .state import State
from .tree import Pool


def upward(
    pools: tuple[Pool, ...], before: State, state: State, own: str
) -> tuple[State, tuple[str, ...]]:
    """Move the memory of containers until nobody is short; give the state and who was moved.

    `own` is the container that was just placed. Unlike in the original it is moved too, after all
    others: else what moves above it would be guaranteed the same memory. Who was short in the
    state `before` is nobody's concern now. Raises `CannotAllocate` when there is no room above.
    """
    former = _shortage(pools, before)
    moved: dict[str, None] = {}
    while True:
        short = _short(pools, state, former)
        if not short:
            return state, tuple(moved)
        crowd = [key for key in sorted(state.grants) if short >> state.grants[key].memory_pool & 1]
        if not crowd:
            return state, tuple(moved)
        crowd = [key for key in crowd if key != own] or crowd
        for key in crowd:
            if _short(pools, state, former) >> state.grants[key].memory_pool & 1:
                state = _up(pools, state, key)
                moved[key] = None


def _short(pools: tuple[Pool, ...], state: State, former: list[int]) -> int:
    """Give the pools that are short and were not as short before, as a mask."""
    now = _shortage(pools, state)
    return cpuset.of(pool.id for pool in pools if now[pool.id] > max(0, former[pool.id]))


def _shortage(pools: tuple[Pool, ...], state: State) -> list[int]:
    """How many bytes more than there are may be used from above."""
    left = states.left(pools, state)
    return [sum(left.extra[pool.id]) - sum(left.free[pool.id]) for pool in pools]


def _up(pools: tuple[Pool, ...], state: State, key: str) -> State:
    """Move a container's memory to the nearest pool above that has room."""
    grant = state.grants[key]
    amount = sum(grant.amounts)
    left = states.left(pools, state)
    for id_ in pools[grant.memory_pool].ancestors:
        free, extra = left.free[id_], left.extra[id_]
        amounts = memory.take(amount, free, grant.filling)
        if amounts is not None and sum(extra) + amount <= sum(free):
            return state.giving(key, replace(grant, memory_pool=id_, amounts=amounts))
    name = grant.subject.container.name
    raise CannotAllocate(
        f"not enough memory: container {name} of pod {grant.subject.pod.name} would have to make"
        f" room in {pools[grant.memory_pool].name}, but no pool above has room for it"
    )
