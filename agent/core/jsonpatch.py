# SPDX-License-Identifier: Apache-2.0
"""JSON patches (RFC 6902) as far as changes of a Node need them: add, replace, remove, test."""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class BadPatch(Exception):
    """A patch cannot be carried out; the text says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """One operation; `value` is JSON text, empty for none."""

    op: str
    path: str
    value: str = ""


def written(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Give a patch as it goes to the API server. Raises `BadPatch`."""
    found = []
    for change in changes:
        one: dict[str, Any] = {"op": change.op, "path": change.path}
        if change.value:
            one["value"] = _value(change)
        found.append(one)
    return found


def applied(document: Any, changes: Sequence[Change]) -> Any:
    """Give the document as it is afterwards; the one that was given stays as it is.

    Raises `BadPatch`.
    """
    result = copy.deepcopy(document)
    for change in changes:
        *steps, last = _steps(change.path)
        parent = result
        for step in steps:
            parent = _child(parent, step, change)
        _carry_out(parent, last, change)
    return result


def _steps(path: str) -> list[str]:
    if not path.startswith("/"):
        raise BadPatch(f"the path {path!r} does not begin with a slash")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _value(change: Change) -> Any:
    try:
        return json.loads(change.value)
    except (ValueError, RecursionError) as error:
        raise BadPatch(f"the value for {change.path} is no JSON: {error}") from error


def _child(parent: Any, step: str, change: Change) -> Any:
    if isinstance(parent, dict) and step in parent:
        return parent[step]
    if isinstance(parent, list):
        return parent[_index(parent, step, change)]
    raise BadPatch(f"there is no {change.path}")


def _index(parent: list[Any], step: str, change: Change, *, end: bool = False) -> int:
    if end and step == "-":
        return len(parent)
    most = len(parent) if end else len(parent) - 1
    if step.isascii() and step.isdigit() and int(step) <= most:
        return int(step)
    raise BadPatch(f"there is no {change.path}")


def _carry_out(parent: Any, last: str, change: Change) -> None:
    if not isinstance(parent, dict | list):
        raise BadPatch(f"there is no {change.path}")
    match change.op:
        case "add" if isinstance(parent, list):
            parent.insert(_index(parent, last, change, end=True), _value(change))
        case "add":
            _set(parent, last, change)
        case "replace":
            _child(parent, last, change)
            _set(parent, last, change)
        case "remove":
            _child(parent, last, change)
            if isinstance(parent, list):
                del parent[int(last)]
            else:
                del parent[last]
        case "test":
            if _child(parent, last, change) != _value(change):
                raise BadPatch(f"{change.path} is another one meanwhile")
        case _:
            raise BadPatch(f"the operation {change.op!r} is not known here")


def _set(parent: Any, last: str, change: Change) -> None:
    if isinstance(parent, dict):
        parent[last] = _value(change)
    else:
        parent[int(last)] = _value(change)
