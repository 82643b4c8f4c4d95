# SPDX-License-Identifier: Apache-2.0
"""Field types as data: each judges a value at its place, and describes itself for the reference.

Nothing here knows a module of the daemon; `schemas` says what there is, with these words.
None is welcome everywhere: it means "not given", as it does for the daemon.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from . import suggest
from .problem import Place, kind, quote

MAX_ENTRIES = 4096
"""Items of a list, keys of a mapping."""

Rule = Callable[[Mapping[str, Any], Place], None]
"""Judges fields together; called with canonical keys, and only when each field alone is right."""


@dataclass(frozen=True, slots=True)
class Together:
    """A rule for some of a record's fields: it counts as soon as these are right."""

    fields: tuple[str, ...]
    rule: Rule


class Type(Protocol):
    """What a value has to be."""

    def check(self, value: Any, place: Place) -> None:
        """Report at `place` and below what is wrong with a value that is not None."""

    def describe(self) -> str:
        """The type in words for the reference."""


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a module or record."""

    name: str
    type: Type
    doc: str
    unit: str = ""
    default: str = ""
    """In words or YAML; empty means that nothing is set."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if not isinstance(value, bool):
            place.problem(f"expected true or false, got {kind(value)}")

    def describe(self) -> str:  # noqa: D102
        return "true or false"


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number within bounds, both included."""

    minimum: int = 0
    maximum: int = 2**31 - 1

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if isinstance(value, bool) or not isinstance(value, int):
            place.problem(f"expected a whole number, got {kind(value)}")
        elif not self.minimum <= value <= self.maximum:
            shown = value if abs(value) < 2**64 else "the number"
            place.problem(f"{shown} is not between {self.minimum} and {self.maximum}")

    def describe(self) -> str:  # noqa: D102
        return f"whole number from {self.minimum}"


@dataclass(frozen=True, slots=True)
class Text:
    """Text, optionally one of some words or of some syntax.

    `syntax` gives a sentence for text that is wrong. `lenient` accepts numbers and truth values in
    its place, which the daemon turns into text.
    """

    form: str = "text"
    syntax: Callable[[str], str | None] | None = None
    choices: tuple[str, ...] = ()
    ignore_case: bool = False
    lenient: bool = False
    max_length: int = 1024

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if self.lenient and isinstance(value, (bool, int, float)):
            value = str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            hint = "put it in quotes" if isinstance(value, (bool, int, float)) else None
            place.problem(f"expected {self.describe()}, got {kind(value)}", hint)
        elif len(value) > self.max_length:
            place.problem(f"longer than {self.max_length} characters")
        elif not value.isprintable():
            place.problem(f"{quote(value)} holds characters that cannot be printed")
        elif self.choices:
            self._choose(value, place)
        elif self.syntax and (wrong := self.syntax(value)):
            place.problem(wrong)

    def _choose(self, value: str, place: Place) -> None:
        given = value.casefold() if self.ignore_case else value
        if given not in self.choices:
            hint = None if place.findings.full else self._meant(value)
            place.problem(f"unknown value {quote(value)}", hint)

    def _meant(self, value: str) -> str:
        return suggest.hint(value, filter(None, self.choices)) or f"write {self.describe()}"

    def describe(self) -> str:  # noqa: D102
        return "one of " + ", ".join(filter(None, self.choices)) if self.choices else self.form


@dataclass(frozen=True, slots=True)
class Special:
    """A value with a rule of its own, for what may be a number or text."""

    form: str
    rule: Callable[[Any], str | None]

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if wrong := self.rule(value):
            place.problem(wrong)

    def describe(self) -> str:  # noqa: D102
        return self.form


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; every item is of one type and none is empty.

    Of items that are records, two must not have the same text under the key `unique`.
    """

    item: Type
    unique: str = ""

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if not isinstance(value, list):
            place.problem(f"expected a list, got {kind(value)}")
        elif len(value) > MAX_ENTRIES:
            place.problem(f"more than {MAX_ENTRIES} items")
        else:
            for index, item in enumerate(value):
                if item is None:
                    place.item(index).problem("empty item")
                else:
                    self.item.check(item, place.item(index))
            if self.unique:
                self._compare(value, place)

    def _compare(self, items: list[Any], place: Place) -> None:
        key, seen = self.unique.casefold(), set()
        for index, item in enumerate(items):
            given = item.items() if isinstance(item, dict) else ()
            for written, text in given:
                if written.casefold() != key or not isinstance(text, str) or not text:
                    continue
                if text in seen:
                    place.item(index).key(written).problem(f"{quote(text)} is defined twice")
                seen.add(text)

    def describe(self) -> str:  # noqa: D102
        return f"list of {self.item.describe()}"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping whose keys are names that the writer chooses.

    `known` restricts the keys to some; `key` gives a sentence for a key that is wrong.
    """

    value: Type
    key_form: str
    key: Callable[[str], str | None] | None = None
    known: tuple[str, ...] = ()
    max_entries: int = MAX_ENTRIES

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if not isinstance(value, dict):
            place.problem(f"expected a mapping, got {kind(value)}")
            return
        if len(value) > self.max_entries:
            place.problem(f"more than {self.max_entries} keys")
            return
        for key, item in value.items():
            below = place.key(key)
            if self.known and key not in self.known:
                unknown(key, self.known, below)
            elif self.key and (wrong := self.key(key)):
                below.problem(wrong)
            elif item is not None:
                self.value.check(item, below)

    def describe(self) -> str:  # noqa: D102
        return f"mapping from {self.key_form} to {self.value.describe()}"


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys, in any case, as the daemon reads them below a module."""

    fields: tuple[Field, ...]
    rules: tuple[Rule | Together, ...] = ()

    def check(self, value: Any, place: Place) -> None:  # noqa: D102
        if not isinstance(value, dict):
            place.problem(f"expected a mapping, got {kind(value)}")
            return
        before = place.findings.count
        given, wrong = self._read(value, place)
        for field in self.fields:
            if field.required and field.name not in given | wrong:
                place.key(field.name).problem("missing")
                wrong[field.name] = None
        right = place.findings.count == before
        for rule in self.rules:
            if isinstance(rule, Together):
                if wrong.keys().isdisjoint(rule.fields):
                    rule.rule(given, place)
            elif right:
                rule(given, place)

    def _read(self, value: dict[str, Any], place: Place) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give what is right and what is wrong, by canonical keys."""
        given: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        seen: set[str] = set()
        fields = {field.name.casefold(): field for field in self.fields}
        for key, item in value.items():
            below, count = place.key(key), place.findings.count
            field = fields.get(key.casefold())
            if field is None:
                unknown(key, (field.name for field in self.fields), below)
                continue
            if field.name in seen:
                below.problem(f"the same key as {field.name} in other case, given twice")
            elif item is not None:
                field.type.check(item, below)
            seen.add(field.name)
            if place.findings.count > count:
                wrong[field.name] = item
            elif item is not None:
                given[field.name] = item
        return given, wrong

    def describe(self) -> str:  # noqa: D102
        return "mapping with the keys " + ", ".join(field.name for field in self.fields)


def unknown(key: str, known: Any, place: Place) -> None:
    """Report a key that nobody knows, with the nearest known one."""
    hint = None if place.findings.full else suggest.hint(key, known)
    place.problem("unknown key", hint)


def not_above(low: str, high: str) -> Together:
    """The rule that one number is at most another, which means "no limit" when 0 or not given."""

    def rule(given: Mapping[str, Any], place: Place) -> None:
        smaller, bigger = given.get(low, 0), given.get(high, 0)
        if bigger and smaller > bigger:
            place.key(low).problem(f"{smaller} is more than {high} {bigger}")

    return Together((low, high), rule)
