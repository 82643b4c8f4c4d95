# SPDX-License-Identifier: Apache-2.0
"""YAML files of people: several documents, whole Kubernetes objects, judged before they are built.

Pure. What a few kB can expand to by aliases and merge keys is known from the parser's events, so a
bomb is refused before it is data. Configurations inside of such files have limits of their own.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

MAX_NODES = 200_000
"""Values of a file with aliases followed; a Cluster has some thousands."""

MAX_DEPTH = 100
"""Mappings and lists within each other."""


class NotYaml(Exception):
    """The text is no YAML, or more than anybody writes; the message says where."""


class _Loader(yaml.CSafeLoader):
    """Dates stay text, as in every other reader of Kubernetes objects."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library's way to say it
        first: [(tag, pattern) for tag, pattern in kinds if not tag.endswith(":timestamp")]
        for first, kinds in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(slots=True)
class _Open:
    """A collection that is being read."""

    anchor: str | None
    mapping: bool
    size: int = 1
    keys: set[str] = field(default_factory=set)
    at_key: bool = True


def load(text: str, most: int = MAX_NODES, heard: Callable[[int], None] | None = None) -> list[Any]:
    """Read all documents of a text but the empty ones. Raises `NotYaml`.

    `most` is how many values one of them may have; `heard` is told how many percent are read.
    """
    judged, loaded = (_Stream(text, heard, half) if heard else text for half in (0, 1))
    try:
        _judge(yaml.parse(judged, Loader=yaml.CSafeLoader), most)
        return [each for each in yaml.load_all(loaded, Loader=_Loader) if each is not None]
    except yaml.MarkedYAMLError as error:
        message = f"cannot read YAML: {_where(error.problem_mark)}{error.problem}"
        raise NotYaml(message) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = getattr(error, "reason", None) or error
        message = f"cannot read YAML: {reason}"
        raise NotYaml(message) from error


class _Stream(io.StringIO):
    """A text that tells how far it is read; it is read twice, each time a half of the work."""

    def __init__(self, text: str, heard: Callable[[int], None], half: int) -> None:
        super().__init__(text)
        self._heard, self._half, self._length = heard, half, max(1, len(text))

    def read(self, size: int | None = -1, /) -> str:
        """Give the next characters."""
        self._heard(50 * (self._half * self._length + self.tell()) // self._length)
        return super().read(size)


def _judge(events: Iterator[Any], most: int) -> None:
    """Refuse what is too much, too deep, circular, or says a key twice."""
    sizes: dict[str, int] = {}
    stack: list[_Open] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            sizes = {}
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= MAX_DEPTH:
                _refuse(event, f"nested deeper than {MAX_DEPTH} levels")
            stack.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = stack.pop()
            _ended(done.anchor, done.size, sizes, stack)
        elif isinstance(event, yaml.ScalarEvent):
            if stack and stack[-1].mapping and stack[-1].at_key:
                _refuse_twice(event, stack[-1])
            _ended(event.anchor, 1, sizes, stack)
        elif isinstance(event, yaml.AliasEvent):
            _ended(None, _aliased(event, sizes), sizes, stack)
        if stack and stack[-1].size > most:
            _refuse(event, f"more than {most} values, with aliases followed")


def _aliased(event: Any, sizes: dict[str, int]) -> int:
    size = sizes.get(event.anchor or "")
    if size is None:
        _refuse(event, f"alias *{event.anchor} to what is not there or not yet complete")
    return size


def _ended(anchor: str | None, size: int, sizes: dict[str, int], stack: list[_Open]) -> None:
    """Count a value that is complete into the collection around it."""
    if anchor is not None:
        sizes[anchor] = size
    if not stack:
        return
    around = stack[-1]
    around.size += size
    around.at_key = not around.at_key


def _refuse_twice(event: Any, around: _Open) -> None:
    if event.value in around.keys and event.value != "<<":
        _refuse(event, f"duplicate key {event.value[:60]!r}")
    around.keys.add(event.value)


def _refuse(event: Any, why: str) -> NoReturn:
    message = f"cannot read YAML: {_where(event.start_mark)}{why}"
    raise NotYaml(message)


def _where(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
