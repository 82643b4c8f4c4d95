# SPDX-License-Identifier: Apache-2.0
"""Which configurations were taken and refused lately, and why: a bounded list that is kept.

A refused configuration leaves no other trace in the daemon once a right one has come.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..records.decisions import moment
from .active import Active, Refused

MOST: Final = 20
"""Entries that are remembered."""

LONGEST: Final = 2048
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One configuration: `origin` and `name` as of a source, `when` in seconds since the epoch."""

    when: float
    origin: str
    name: str = ""
    policy: str = ""
    """The policy that it asks for; empty if that is not known, since it could not be read."""

    generation: int = 0
    """What it counted as; 0 for one that was refused."""

    hash: str = ""
    text: str = ""
    """Why it was refused, empty if it was not."""

    times: int = 1
    """How often it came without another one between."""

    def document(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "time": moment(self.when),
            "result": "refused" if self.text else "accepted",
            "generation": self.generation or None,
            "policy": self.policy,
            "origin": self.origin,
            "name": self.name,
            "hash": self.hash,
            "times": self.times,
            "text": self.text,
        }


class History:
    """The last configurations; `keep` is given all of them as text whenever there is a new one."""

    def __init__(self, kept: str = "", keep: Callable[[str], None] | None = None) -> None:
        """Begin with what was kept; what cannot be read of it is dropped."""
        self._entries = deque(_read(kept), maxlen=MOST)
        self._keep = keep

    def took(self, now: Active) -> None:
        """Remember a configuration that counts from now on."""
        policy = now.judged.settings.policy.active
        self._add(Entry(now.since, now.origin.value, now.name, policy, now.generation, now.hash))

    def refused(self, one: Refused, policy: str = "") -> None:
        """Remember one that was not taken; `policy` is the one that it asks for, if known."""
        text = one.text if len(one.text) <= LONGEST else f"{one.text[: LONGEST - 4]} ..."
        self._add(Entry(one.when, one.origin.value, one.name, policy, text=text or "no reason"))

    def document(self) -> list[dict[str, Any]]:
        """Give the JSON form, the oldest first."""
        return [one.document() for one in self._entries]

    def _add(self, one: Entry) -> None:
        last = self._entries[-1] if self._entries else None
        if last and _same(last, one):
            self._entries[-1] = replace(one, times=last.times + 1)
        else:
            self._entries.append(one)
        if self._keep is not None:
            self._keep(json.dumps([_fields(entry) for entry in self._entries]))


_FIELDS: Final = Entry.__slots__


def _fields(one: Entry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _FIELDS}


def _same(one: Entry, other: Entry) -> bool:
    """Tell whether it is the same configuration with the same end."""
    return replace(one, when=0, generation=0, times=1) == replace(
        other, when=0, generation=0, times=1
    )


def _read(text: str) -> list[Entry]:
    try:
        rows = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    found = map(_entry, rows if isinstance(rows, list) else ())
    return [one for one in found if one is not None]


def _entry(row: Any) -> Entry | None:
    """Give the entry of a row; None if it is of another form, as that of another version."""
    try:
        found = Entry(
            float(row["when"]),
            str(row["origin"]),
            **{name: kind(row[name]) for name, kind in _KINDS.items() if name in row},
        )
        moment(found.when)
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
    return found


_KINDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": str,
    "policy": str,
    "generation": int,
    "hash": str,
    "text": str,
    "times": int,
}
