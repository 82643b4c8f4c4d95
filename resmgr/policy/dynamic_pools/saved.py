# SPDX-License-Identifier: Apache-2.0
"""The state of dynamic-pools as JSON texts: one of the rules, one a pool, one a container."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ... import cpuset
from .. import remembered
from .state import Member, Pool, State
from .types import Options

_RULES, _POOL = "rules", "pool:"
"""No cache id has these forms: they are a pod's UID and a name, or begin with `cache:`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was dumped: names of pools -> CPUs and load, cache ids -> name of a pool and amounts."""

    rules: str
    pools: Mapping[str, tuple[int, int]]
    members: Mapping[str, tuple[str, int, int]]


def rules(options: Options) -> str:
    """Give the text that is another one if containers may belong to other pools."""
    types = [[one.name, list(one.namespaces)] for one in options.types]
    return json.dumps([list(options.system), types])


def dump(state: State, options: Options) -> dict[str, str]:
    """Give all texts."""
    found = {_RULES: rules(options)}
    for number, pool in enumerate(state.pools):
        found[_POOL + options.types[number].name] = _pool(pool)
    return found | {key: _member(one, options) for key, one in state.members.items()}


def entries(
    before: State, after: State, options: Options, cache_id: str = ""
) -> dict[str, str | None]:
    """Give what of `dump` differs, if no more than one container came, went or was changed."""
    found: dict[str, str | None] = {}
    for number, (old, new) in enumerate(zip(before.pools, after.pools, strict=True)):
        if (old.cpus, old.weight) != (new.cpus, new.weight):
            found[_POOL + options.types[number].name] = _pool(new)
    member = after.members.get(cache_id)
    if before.members.get(cache_id) != member:
        found[cache_id] = _member(member, options) if member else None
    return found


def load(saved: Mapping[str, str]) -> Kept:
    """Read what `dump` gave; what it means now is for who starts. Raises `BadState`."""
    amount = remembered.number
    with remembered.reading("the saved state of policy dynamic-pools"):
        pools = {
            key.removeprefix(_POOL): _read(text, ("CPUs", cpuset.parse), ("Weight", amount))
            for key, text in saved.items()
            if key.startswith(_POOL)
        }
        members = {
            key: _read(text, ("Pool", remembered.text), ("Request", amount), ("Limit", amount))
            for key, text in saved.items()
            if key != _RULES and not key.startswith(_POOL)
        }
    return Kept(saved.get(_RULES, ""), pools, members)


def _read(text: str, *fields: tuple[str, Callable[[Any], Any]]) -> tuple[Any, ...]:
    data = json.loads(text)
    return tuple(read(data[name]) for name, read in fields)


def _pool(pool: Pool) -> str:
    return json.dumps({"CPUs": cpuset.show(pool.cpus), "Weight": pool.weight})


def _member(member: Member, options: Options) -> str:
    name = options.types[member.pool].name
    return json.dumps({"Pool": name, "Request": member.request, "Limit": member.limit})
