# SPDX-License-Identifier: Apache-2.0
"""Saved grants under the pools of now (section 7.12).

Under the same pools everything is taken as it was. Under others a grant is taken as far as there is
what it needs; unlike the original, memory is booked where it was, and what was promised of reserved
CPUs counts again.
"""

import json
from collections.abc import Mapping

from ... import cpuset
from ..interface import BadState, Subject
from . import grants
from . import state as states
from .grants import Grant, Saved
from .state import State
from .tree import Pool

LAYOUT = "layout"
"""Key of the text that tells pools apart; no container has it, theirs have a colon."""


def layout(pools: tuple[Pool, ...]) -> str:
    """Write down what the pools have, as JSON."""
    return json.dumps(
        {
            pool.name: [
                cpuset.show(pool.isolated),
                cpuset.show(pool.sharable),
                cpuset.show(pool.reserved),
                *(cpuset.show_ids(nodes) for nodes in pool.memory),
                *pool.capacity,
            ]
            for pool in pools
        }
    )


def read(saved: Mapping[str, str]) -> dict[str, Saved]:
    """Read what was saved, by cache id. Raises `BadState`."""
    if LAYOUT not in saved:
        raise BadState(f"the saved state of policy topology-aware has no {LAYOUT}")
    return {key: grants.parse(key, text) for key, text in saved.items() if key != LAYOUT}


def give(
    pools: tuple[Pool, ...], state: State, saved: Saved, subject: Subject, *, same: bool
) -> State | None:
    """Give a container what it had; None if that is not there. `same`: the pools are as before."""
    ids = {pool.name: pool.id for pool in pools}
    home, place = ids.get(saved.pool), ids.get(saved.memory_pool)
    if home is None or place is None or place not in (home, *pools[home].ancestors):
        return None
    pool = pools[home]
    if saved.exclusive & ~(pool.isolated | pool.sharable) or saved.exclusive & state.exclusive:
        return None
    grant = Grant(
        subject=subject,
        pool=home,
        exclusive=saved.exclusive,
        part=saved.part,
        reserved=saved.reserved,
        memory_pool=place,
        kinds=saved.kinds,
        amounts=saved.amounts,
        cold=saved.cold,
        makeshift=saved.makeshift,
    )
    given = state.giving(subject.container.cache_id, grant)
    return given if same or _holds(pools, given, grant) else None


def _holds(pools: tuple[Pool, ...], state: State, grant: Grant) -> bool:
    """Whether the pools have what a grant has been given from them."""
    left = states.left(pools, state)
    enough = left.reserved[grant.pool] if grant.reserved else left.shared[grant.pool]
    if enough < 0 or (grant.shares and not left.sharable[grant.pool]):
        return False
    free = left.free[grant.memory_pool]
    amounts = zip(free, grant.amounts, strict=True)
    return all(here >= 0 or not given for here, given in amounts)
