# SPDX-License-Identifier: Apache-2.0
"""Strict YAML: one document of plain data, within limits, refused before anything is expanded.

The parser's events are read one by one, so that depth, aliases and size are judged while reading
and a bomb never becomes data. Unlike PyYAML's own loader: dates and `1:30` are text, keys are text
as it is written, duplicate keys and numbers without a finite value are problems.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from . import scalar
from .problem import Place, quote

MAX_BYTES = 64 * 1024
"""UTF-8 bytes of one document."""

MAX_DEPTH = 20
"""Mappings and lists within each other."""

MAX_ALIASES = 100
"""Uses of anchors."""

MAX_EXPANDED = 4 * MAX_BYTES
"""Characters of all values once aliases are followed; text without aliases never gets there."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a text holds; parts that were wrong are reported and stand in as None."""

    value: object


class _Refused(Exception):
    """The text cannot be read on; the reason is the message."""


@dataclass(frozen=True, slots=True)
class _Node:
    value: object
    size: int
    """Characters with aliases followed."""
    height: int
    """Mappings and lists within each other from here on."""


def load(text: str, place: Place) -> Loaded | None:
    """Read a text, report what is wrong with it at `place` and below; None when it is unreadable.

    Empty text is a None value. Mappings have string keys only. Values that are used by several
    aliases are the same object, so treat the result as read-only.
    """
    if (reason := _unfit(text)) is not None:
        place.problem(reason)
        return None
    try:
        return Loaded(_Builder(yaml.parse(text, Loader=yaml.CSafeLoader), place).document())
    except _Refused as refused:
        place.problem(str(refused))
    except yaml.MarkedYAMLError as error:
        place.problem(f"not YAML: {_where(error.problem_mark)}{_shown(error.problem)}")
    except (yaml.YAMLError, ValueError) as error:
        place.problem(f"not YAML: {_shown(getattr(error, 'reason', None))}")
    return None


def _unfit(text: str) -> str | None:
    """Why the text is not even parsed, or None."""
    if len(text) <= MAX_BYTES:
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            return "not Unicode: it holds half of a surrogate pair"
    else:
        size = len(text)
    if size > MAX_BYTES:
        return f"longer than {MAX_BYTES // 1024} KiB"
    return None


class _Builder:
    """Builds one document's value from the parser's events."""

    def __init__(self, events: Iterator[Any], place: Place) -> None:
        self._events = events
        self._root = place
        self._anchors: dict[str, _Node | None] = {}
        self._aliases = 0

    def document(self) -> object:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        node = self._node(next(self._events), self._root, 1)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Refused(f"{_where(after.start_mark)}more than one YAML document")
        return node.value

    def _node(self, event: Any, place: Place, depth: int) -> _Node:
        """The value that starts with the event, in collection number `depth` from the root."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            _refuse_tag(event, "str", "null", "bool", "int", "float")
            value = scalar.value(event.value, event.tag, place, quoted=bool(event.style))
            node = _Node(value, len(event.value) + 1, 0)
        else:
            if depth > MAX_DEPTH:
                raise _Refused(f"{_where(event.start_mark)}nested deeper than {MAX_DEPTH} levels")
            node = self._collection(event, place, depth)
            if node.size > MAX_EXPANDED:
                where = _where(event.start_mark)
                raise _Refused(f"{where}aliases expand it to more than {MAX_EXPANDED} characters")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, depth: int) -> _Node:
        self._aliases += 1
        where = _where(event.start_mark)
        if self._aliases > MAX_ALIASES:
            raise _Refused(f"{where}more than {MAX_ALIASES} aliases")
        if event.anchor not in self._anchors:
            raise _Refused(f"{where}alias to an anchor that is not there: {quote(event.anchor)}")
        node = self._anchors[event.anchor]
        if node is None:
            raise _Refused(f"{where}alias to a value that it is part of: {quote(event.anchor)}")
        if depth - 1 + node.height > MAX_DEPTH:
            raise _Refused(f"{where}nested deeper than {MAX_DEPTH} levels by an alias")
        return node

    def _collection(self, event: Any, place: Place, depth: int) -> _Node:
        if isinstance(event, yaml.SequenceStartEvent):
            _refuse_tag(event, "seq")
            return self._sequence(place, depth)
        _refuse_tag(event, "map")
        return self._mapping(place, depth)

    def _sequence(self, place: Place, depth: int) -> _Node:
        items: list[object] = []
        size, height = 1, 0
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            node = self._node(event, place.item(len(items)), depth + 1)
            items.append(node.value)
            size += node.size
            height = max(height, node.height)
        return _Node(items, size, height + 1)

    def _mapping(self, place: Place, depth: int) -> _Node:
        given: dict[str, object] = {}
        merged: dict[str, object] = {}
        lines: dict[str, int] = {}
        size, height = 1, 0
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = _key(event)
            below = place.key(key)
            node = self._node(next(self._events), below, depth + 1)
            size += node.size + len(key) + 1
            height = max(height, node.height)
            if key in lines:
                below.problem(f"duplicate key, first given in line {lines[key]}")
                continue
            lines[key] = event.start_mark.line + 1
            if key == "<<" and not event.style:
                merged = _merge(node.value, below)
            else:
                given[key] = node.value
        return _Node({**merged, **given} if merged else given, size, height + 1)


def _merge(value: object, place: Place) -> dict[str, object]:
    """Keys that a merge key `<<` brings; of several mappings the first that has a key counts."""
    sources = value if isinstance(value, list) else [value]
    merged: dict[str, object] = {}
    for source in reversed(sources):
        if not isinstance(source, dict):
            place.problem("the merge key << takes a mapping or a list of mappings")
            return {}
        merged.update(source)
    return merged


def _key(event: Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise _Refused(f"{_where(event.start_mark)}a key must be plain text")
    _refuse_tag(event, "str")
    if event.anchor is not None:
        raise _Refused(f"{_where(event.start_mark)}an anchor on a key is not supported")
    return str(event.value)


def _refuse_tag(event: Any, *allowed: str) -> None:
    if event.tag not in {None, "!", *(scalar.CORE + name for name in allowed)}:
        raise _Refused(f"{_where(event.start_mark)}tag {quote(event.tag)} is not supported")


def _where(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""


def _shown(reason: str | None) -> str:
    """The parser's reason without characters that a terminal would obey."""
    return quote(reason)[1:-1] if reason else "it holds bytes that no YAML may hold"
