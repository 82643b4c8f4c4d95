# SPDX-License-Identifier: Apache-2.0
"""How fast and how far a change goes through the nodes of a shoot."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from . import schema, selection
from .problem import Place, kind, quote

_PERCENTAGE = re.compile(r"([1-9][0-9]?|100)%")


@dataclass(frozen=True, slots=True)
class Rollout:
    """The defaults are those of the contract."""

    max_unavailable: int | str = "10%"
    """Nodes at a time: a number of at least 1, or a percentage from 1% to 100% (at least one)."""

    canary_pools: tuple[str, ...] = ()
    """Pools whose nodes come first; the others wait until these are all healthy."""

    max_rolled_back: int = 1
    """Stop when so many nodes have been given back to containerd; at least 1."""

    paused: bool = False
    """Leave every node as it is."""


def read(value: object, place: Place) -> Rollout:
    """Judge a `rollout`; the defaults stand in for what is not given or wrong."""
    rollout = Rollout()
    if not isinstance(value, dict):
        place.problem(f"expected a mapping, got {kind(value)}")
        return rollout
    for key, given in value.items():
        if not isinstance(key, str):
            place.problem(f"expected text as a key, got {kind(key)}")
            continue
        at = place.key(key)
        before = place.findings.count
        if key not in _KEYS:
            schema.unknown(key, _KEYS, at)
        elif given is not None:
            name, take = _KEYS[key]
            taken = take(given, at)
            if place.findings.count == before:
                rollout = replace(rollout, **{name: taken})
    return rollout


def _max_unavailable(given: Any, at: Place) -> Any:
    hint = "write a number of at least 1, or a percentage from 1% to 100%"
    if isinstance(given, str):
        if not _PERCENTAGE.fullmatch(given):
            at.problem(f"{quote(given)} is no percentage", hint)
    elif isinstance(given, bool) or not isinstance(given, int):
        at.problem(f"expected a number or percentage, got {kind(given)}", hint)
    elif not 1 <= given < 2**31:
        at.problem("has to be at least 1" if given < 1 else "too big a number", hint)
    return given


def _max_rolled_back(given: Any, at: Place) -> Any:
    schema.Integer(1).check(given, at)
    return given


def _paused(given: Any, at: Place) -> Any:
    schema.Boolean().check(given, at)
    return given


# Each gives the value back as it is; when it reported a problem, the default stands in.
_KEYS: dict[str, tuple[str, Callable[[Any, Place], Any]]] = {
    "maxUnavailable": ("max_unavailable", _max_unavailable),
    "canaryPools": ("canary_pools", selection.names),
    "maxRolledBack": ("max_rolled_back", _max_rolled_back),
    "paused": ("paused", _paused),
}
