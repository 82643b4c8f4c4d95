# SPDX-License-Identifier: Apache-2.0
"""Reads and verifies adjustments as the node agent sends them: JSON, name to spec (section 4.3).

Everything is verified before anything counts: expressions too, and classes, which the original
took as they came. What is wrong is told by the name of the adjustment, all of it at once.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from .. import quantity
from ..config import suggest
from ..model import Requirements
from ..policy.affinity import expression
from .adjustment import Adjustment, Scope

MAX_CHARACTERS = 1024 * 1024
"""Of all adjustments of a node together."""

MAX_ITEMS = 100
"""Of each list in an adjustment."""

_PREFIX = "adjustment API error: "
_NANO = 1_000_000_000

_CLASSES = {"rdt": "RDT classes", "blockio": "block I/O classes"}
"""Classes that this version cannot put containers in, which it must not pass over in silence."""


class Unreadable(ValueError):
    """The message is no set of adjustments at all."""


class Wrong(ValueError):
    """Adjustments that cannot be used; `errors` has a text for each, by name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{name}: {text}" for name, text in self.errors.items()))


class _Bad(ValueError):
    """One thing is wrong."""


def read(text: str) -> dict[str, Adjustment]:
    """Give adjustments by name, sorted. Raises `Unreadable`, `Wrong`."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"adjustments are longer than {MAX_CHARACTERS // 1024} KiB")
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"cannot read adjustments: {error}") from error
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unreadable("cannot read adjustments: they are no JSON object")
    found, errors = {}, {}
    for name, spec in sorted(given.items()):
        try:
            found[name] = one(name, spec)
        except _Bad as error:
            errors[name] = f"{_PREFIX}{error}"
    if errors:
        raise Wrong(errors)
    return found


def one(name: str, spec: Any) -> Adjustment:
    """Read one spec. Raises `ValueError` with what is wrong first."""
    fields = _fields("spec", spec, ("scope", "resources", "classes", "toptierLimit"))
    _classes(fields.get("classes"))
    limit = fields.get("toptierLimit")
    return Adjustment(
        name=name,
        scope=_scope(fields.get("scope")),
        resources=_resources(fields.get("resources")),
        top_tier_limit=None if limit is None else _top_tier(limit),
    )


def _scope(given: Any) -> Scope:
    return tuple(
        _item(f"scope[{number}]", item) for number, item in enumerate(_list("scope", given))
    )


def _item(path: str, item: Any) -> tuple[expression.Expression, ...]:
    fields = _fields(path, item, ("nodes", "containers"))
    given = _list(f"{path}.containers", fields.get("containers"))
    return tuple(_expression(f"{path}.containers[{n}]", one) for n, one in enumerate(given))


def _expression(path: str, given: Any) -> expression.Expression:
    fields = _fields(path, given, ("key", "operator", "values"))
    key, operator = fields.get("key") or "", fields.get("operator") or ""
    values = _list(f"{path}.values", fields.get("values"))
    if not all(isinstance(one, str) for one in (key, operator, *values)):
        _refuse(f"{path}: key, operator and values have to be text")
    try:
        return expression.of(key, operator, tuple(values))
    except expression.BadExpression as error:
        _refuse(f"{path}: {error}")


def _resources(given: Any) -> Requirements | None:
    if given is None:
        return None
    fields = _fields("resources", given, ("requests", "limits"))
    cpu_request, memory_request = _amounts("requests", fields.get("requests"))
    cpu_limit, memory_limit = _amounts("limits", fields.get("limits"))
    for what, request, limit in (
        ("CPU", cpu_request, cpu_limit),
        ("memory", memory_request, memory_limit),
    ):
        if request is not None and limit is not None and limit < request:
            _refuse(f"invalid {what} limit {limit}: it is less than the request {request}")
    return Requirements(
        cpu_limit if cpu_request is None else cpu_request,
        cpu_limit,
        memory_limit if memory_request is None else memory_request,
        memory_limit,
    )


def _amounts(kind: str, given: Any) -> tuple[int | None, int | None]:
    """Give milli-CPU and bytes."""
    if given is None:
        return None, None
    if not isinstance(given, dict):
        _refuse(f"resources.{kind}: expected a mapping")
    for name in given:
        if name not in ("cpu", "memory"):
            _refuse(f"invalid resource {kind}: unsupported resource {name[:60]}")
    cpu, memory = given.get("cpu"), given.get("memory")
    return (
        None if cpu is None else _amount(f"resources.{kind}.cpu", cpu, quantity.milli),
        None if memory is None else _amount(f"resources.{kind}.memory", memory, _bytes),
    )


def _amount(path: str, given: Any, reader: Callable[[str], int]) -> int:
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        _refuse(f"{path}: expected a quantity")
    try:
        amount = reader(str(given))
    except ValueError as error:
        _refuse(f"{path}: {error}")
    if amount < 0:
        _refuse(f"{path}: {given} is less than nothing")
    return amount


def _top_tier(given: Any) -> int:
    try:
        return _amount("toptierLimit", given, _bytes)
    except _Bad as error:
        _refuse(f"invalid ToptierLimit {str(given)[:60]}: {error}")


def _classes(given: Any) -> None:
    for kind, name in _fields("classes", given, tuple(_CLASSES)).items():
        if name is not None:
            _refuse(f"classes.{kind}: {_CLASSES[kind]} are not part of this version")


def _bytes(text: str) -> int:
    return quantity.parse(text) // _NANO


def _list(path: str, given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        _refuse(f"{path}: expected a list")
    if len(given) > MAX_ITEMS:
        _refuse(f"{path}: more than {MAX_ITEMS} items")
    return given


def _fields(path: str, given: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        _refuse(f"{path}: expected a mapping")
    for name in given:
        if name not in known:
            near = suggest.nearest(name, known)
            hint = f", did you mean {near}" if near else f", known: {', '.join(known)}"
            _refuse(f"{path}: unknown key {name[:60]}{hint}")
    return given


def _refuse(message: str) -> NoReturn:
    raise _Bad(message)
