# SPDX-License-Identifier: Apache-2.0
"""Reports of benchmarks: figures sorted by kind, and written as JSON and read again. Pure."""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

R = TypeVar("R")
"""A report: a dataclass of plain values, tuples and mappings of them, and other dataclasses."""

MOST = 1000
"""Single times that are kept of a series, evenly chosen."""


def percentile(ascending: Sequence[float], part: float) -> float:
    """Give the value that this part of all values does not exceed."""
    return ascending[max(0, math.ceil(part * len(ascending)) - 1)]


def thinned(ascending: Sequence[float]) -> tuple[float, ...]:
    """Keep `MOST` of them, the largest one included."""
    if len(ascending) <= MOST:
        return tuple(ascending)
    return tuple(percentile(ascending, part / MOST) for part in range(1, MOST + 1))


def by_kind(
    kinds: Mapping[str, Callable[..., object]], figures: Iterable[object]
) -> dict[str, Any]:
    """Sort figures in any order by their types; each name of `kinds` has a tuple.

    Raises `KeyError` for a figure of another type.
    """
    found: dict[str, list[object]] = {name: [] for name in kinds}
    names: dict[object, str] = {kind: name for name, kind in kinds.items()}
    for each in figures:
        found[names[type(each)]].append(each)
    return {name: tuple(each) for name, each in found.items()}


def dump(report: Any) -> str:
    """Write a report as JSON."""
    return json.dumps(dataclasses.asdict(report), indent=1) + "\n"


def read(kind: Callable[..., R], text: str) -> R:
    """Read what `dump` wrote of a report of that kind.

    Raises `ValueError`, `KeyError`, `TypeError` for anything else.
    """
    found: R = _of(kind, json.loads(text))
    return found


def _of(kind: Any, given: Any) -> Any:
    """Give a value of the type that a field is annotated with."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return typing.cast("Callable[..., Any]", kind)(
            **{name: _of(hints[name], value) for name, value in given.items()}
        )
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return tuple(_of(inner[0], one) for one in given)
    if origin is types.UnionType and given is not None:
        (one,) = (each for each in inner if each is not types.NoneType)
        return _of(one, given)
    return given
