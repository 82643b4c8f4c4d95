# SPDX-License-Identifier: Apache-2.0
"""The state of static-plus as JSON texts, one a container."""

import json
from collections.abc import Mapping

from ... import cpuset
from .. import remembered
from ..interface import BadState
from .pools import Pools
from .state import Grant, State


def dump(state: State) -> dict[str, str]:
    """Give a text by cache id."""
    return {key: _text(grant) for key, grant in state.grants.items()}


def entries(before: State, after: State, cache_id: str) -> dict[str, str | None]:
    """Give what of `dump` differs, if nothing happened but to one container."""
    grant = after.grants.get(cache_id)
    if before.grants.get(cache_id) == grant:
        return {}
    return {cache_id: _text(grant) if grant else None}


def load(saved: Mapping[str, str], pools: Pools) -> State:
    """Read what `dump` gave; judge it against CPUs that may have changed. Raises `BadState`."""
    with remembered.reading("the saved state of policy static-plus"):
        found = {key: _grant(json.loads(text)) for key, text in saved.items()}
    state = State()
    for key, grant in sorted(found.items(), key=lambda item: (item[1].number, item[0])):
        _judge(key, grant.exclusive, state, pools)
        state = state.giving(key, grant, pools)
    return state


def _text(grant: Grant) -> str:
    data = {
        "Exclusive": cpuset.show(grant.exclusive),
        "Shared": grant.part,
        "Number": grant.number,
        "System": grant.system,
    }
    return json.dumps(data)


def _grant(data: Mapping[str, object]) -> Grant:
    exclusive = cpuset.parse(remembered.text(data["Exclusive"]))
    part, number = (remembered.number(data[name]) for name in ("Shared", "Number"))
    return Grant(exclusive, part, number, data["System"] is True)


def _judge(key: str, exclusive: int, state: State, pools: Pools) -> None:
    shown = cpuset.show(exclusive)
    if exclusive & state.taken:
        raise BadState(f"CPUs {shown} of container {key} are allocated twice")
    if exclusive & ~(pools.isolated | pools.shared):
        raise BadState(
            f"CPUs {shown} of container {key} may not be used any more: available are"
            f" {cpuset.show(pools.shared)}, isolated {cpuset.show(pools.isolated) or 'none'}"
        )
    if exclusive & pools.isolated and exclusive & pools.shared:
        raise BadState(f"of CPUs {shown} of container {key} some are isolated and others not")
