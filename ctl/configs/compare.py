# SPDX-License-Identifier: Apache-2.0
"""Two configurations compared key by key. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from resmgr.config import module
from resmgr.config.problem import Findings, Place


class Missing(Enum):
    """There is no such key; null is a value."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
_NAMES: Final = ("Name", "name")
"""Keys that tell the members of a list apart."""


@dataclass(frozen=True, slots=True)
class Change:
    """A key that is not the same on both sides; a side without it has `MISSING`."""

    path: str
    before: Any
    after: Any

    @property
    def word(self) -> str:
        """Say what it is: added, removed or changed."""
        if self.before is MISSING:
            return "added"
        return "removed" if self.after is MISSING else "changed"

    def document(self) -> dict[str, Any]:
        """Give the form for machines; a side without the key is left out."""
        sides = {"before": self.before, "after": self.after}
        given = {name: value for name, value in sides.items() if value is not MISSING}
        return {"path": self.path, "change": self.word, **given}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Give what differs between two documents, in the order of the first, then of the second."""
    old, new = dict(flat(before)), dict(flat(after))
    return [
        Change(path, old.get(path, MISSING), new.get(path, MISSING))
        for path in {**old, **new}
        if not _alike(old.get(path, MISSING), new.get(path, MISSING))
    ]


def _alike(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; true is no 1 here."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def flat(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give each key with its path and value; members of lists go by their names."""
    return _flat(document, Place("", Findings()))


def _flat(value: Any, place: Place) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            if below is not None:
                yield from _flat(below, place.key(str(key)))
    elif named := _named(value):
        for name, below in named.items():
            yield from _flat(below, place.key(name))
    else:
        yield place.path, value


def _named(value: Any) -> dict[str, Any]:
    """Give the members of a list by their names; nothing where not each has one of its own."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return {}
    for key in _NAMES:
        names = [one.get(key) for one in value if isinstance(one, Mapping)]
        if len(set(map(str, names))) == len(value) and all(isinstance(one, str) for one in names):
            return dict(zip(map(str, names), value, strict=True))
    return {}


def filled(one: module.Module, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
    """Give a document with the defaults of what it does not say, module by module."""
    children = {child.name: child for child in one.children}
    whole = {**defaults, **{key: value for key, value in given.items() if value is not None}}
    for name, child in children.items():
        below = given.get(name)
        whole[name] = filled(
            child, below if isinstance(below, Mapping) else {}, defaults.get(name) or {}
        )
    return whole
