# SPDX-License-Identifier: Apache-2.0
"""The tree of modules: which exist, which keys they have, and how given data is laid on them.

Keys of a module are case-sensitive. A dotted key `policy.balloons` equals nesting; the same final
key in both ways is a conflict.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from . import schema, suggest
from .problem import Place, kind, quote


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the daemon. An implicit one (no fields) only holds other modules."""

    name: str
    doc: str
    fields: tuple[schema.Field, ...] = ()
    children: tuple["Module", ...] = ()
    rules: tuple[schema.Rule, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Every key that may be given."""
        return (*(field.name for field in self.fields), *(child.name for child in self.children))


def lay(module: Module, given: Any, place: Place) -> dict[str, Any]:
    """The data in nested form, reported at `place` and below where it is wrong.

    None counts as an empty mapping. The result holds what is known, also where a value is wrong.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        place.problem(f"expected a mapping, got {kind(given)}")
        return {}
    before = place.findings.count
    fields = {field.name: field for field in module.fields}
    children = {child.name: child for child in module.children}
    laid: dict[str, Any] = {}
    for key, value in _nested(given, children, place).items():
        below = place.key(key)
        if key in children:
            laid[key] = lay(children[key], value, below)
        elif key in fields:
            laid[key] = value
            if value is not None:
                fields[key].type.check(value, below)
        else:
            _unknown(module, key, below)
    if place.findings.count == before:
        for rule in module.rules:
            rule({key: value for key, value in laid.items() if value is not None}, place)
    return laid


def _nested(given: dict[str, Any], children: Container[str], place: Place) -> dict[str, Any]:
    """The mapping with each dotted key moved into the child that it names."""
    nested: dict[str, Any] = {}
    dotted: list[tuple[str, Any]] = []
    for key, value in given.items():
        head, dot, _ = key.partition(".")
        if dot and head in children:
            nested.setdefault(head, None)
            dotted.append((key, value))
        else:
            nested[key] = dict(value) if key in children and isinstance(value, dict) else value
    for key, value in dotted:
        head, _, rest = key.partition(".")
        if nested[head] is None:
            nested[head] = {}
        below = nested[head]
        if not isinstance(below, dict):
            continue
        if rest in below:
            place.key(key).problem(
                f"dotted key {quote(key)} conflicts with nested key {quote(rest)}"
            )
        else:
            below[rest] = value
    return nested


def _unknown(module: Module, key: str, place: Place) -> None:
    head, dot, _ = key.partition(".")
    if dot and head in module.known:
        place.problem(f"unknown key: a dotted key names a module, {head} is none")
        return
    key = head
    if module.fields:
        schema.unknown(key, module.known, place)
        return
    what = "unknown module"
    if module.name:
        what = f"unknown module, and {module.name} has no keys of its own"
    hint = None if place.findings.full else suggest.hint(key, module.known)
    place.problem(what, hint)
