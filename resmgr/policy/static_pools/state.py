# SPDX-License-Identifier: Apache-2.0
"""Who has which lists of which pool."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import cpuset
from .. import remembered
from ..interface import BadState
from .pools import Pools


@dataclass(frozen=True, slots=True)
class Held:
    """What one container has: CPU sets as masks; `count` of them if the pool is exclusive."""

    pool: str
    socket: int
    count: int
    lists: tuple[int, ...]
    affinity: bool = True

    @property
    def cpus(self) -> int:
        """All of its CPUs."""
        return cpuset.union(self.lists)


@dataclass(frozen=True, slots=True)
class State:
    """What containers have, by cache id, and how many use each list; never changed in place."""

    held: dict[str, Held] = field(default_factory=dict)
    users: dict[tuple[str, int], int] = field(default_factory=dict)
    """Pool and CPUs of a list -> how many use it, if there are any."""

    def having(self, cache_id: str, what: Held) -> "State":
        """Give a container something, in place of what it has."""
        before = self.forgetting(cache_id)
        users = dict(before.users)
        for mask in what.lists:
            users[what.pool, mask] = users.get((what.pool, mask), 0) + 1
        return State({**before.held, cache_id: what}, users)

    def forgetting(self, cache_id: str) -> "State":
        """Let a container have nothing."""
        former = self.held.get(cache_id)
        if former is None:
            return self
        held, users = dict(self.held), dict(self.users)
        del held[cache_id]
        for mask in former.lists:
            users[former.pool, mask] -= 1
            if not users[former.pool, mask]:
                del users[former.pool, mask]
        return State(held, users)


def dump(state: State) -> dict[str, str]:
    """Give a text by cache id."""
    return {key: text(what) for key, what in state.held.items()}


def text(what: Held) -> str:
    """Give what is kept of one container."""
    data = {
        "Pool": what.pool,
        "Socket": what.socket,
        "NExclusiveCPUs": what.count,
        "Cpusets": [cpuset.show(mask) for mask in what.lists],
        "NoAffinity": not what.affinity,
    }
    return json.dumps(data)


def load(saved: Mapping[str, str], pools: Pools) -> State:
    """Read what `dump` gave; judge it by pools that may have changed. Raises `BadState`."""
    state = State()
    for key, value in saved.items():
        with remembered.reading("the saved state of policy static-pools"):
            what = _held(json.loads(value))
        _judge(key, what, pools)
        if pools[what.pool].exclusive and any(
            (what.pool, one) in state.users for one in what.lists
        ):
            raise BadState(f"container {key} has a list of pool {what.pool} that another one has")
        state = state.having(key, what)
    return state


def _held(data: Mapping[str, Any]) -> Held:
    pool, socket, count, lists = (
        data[name] for name in ("Pool", "Socket", "NExclusiveCPUs", "Cpusets")
    )
    fits = isinstance(pool, str) and isinstance(socket, int) and isinstance(count, int)
    if not fits or not _texts(lists):
        raise TypeError(f"{str(data)[:80]} is no entry")
    return Held(
        pool, socket, count, tuple(map(cpuset.parse, lists)), data["NoAffinity"] is not True
    )


def _texts(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(one, str) for one in data)


def _judge(key: str, what: Held, pools: Pools) -> None:
    pool = pools.get(what.pool)
    if pool is None:
        raise BadState(f"container {key} is in pool {what.pool}, which is not configured any more")
    if pool.exclusive != (what.count > 0):
        change = "is exclusive now" if pool.exclusive else "is not exclusive any more"
        raise BadState(f"pool {what.pool} of container {key} {change}")
    known = {one.cpus for one in pool.lists}
    for mask in what.lists:
        if mask not in known:
            raise BadState(
                f"container {key} has CPUs {cpuset.show(mask)},"
                f" which are no list of pool {what.pool} any more"
            )
