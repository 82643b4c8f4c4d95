# SPDX-License-Identifier: Apache-2.0
"""Which messages are dumped, and how much of them (section 13)."""

import re
import warnings
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How much of a call is dumped."""

    OFF = "off"
    SHORT = "short"
    """A line for its end."""
    FULL = "full"
    """Both messages."""


_WORDS = {
    "off": Level.OFF,
    "suppress": Level.OFF,
    "name": Level.SHORT,
    "short": Level.SHORT,
    "full": Level.FULL,
    "verbose": Level.FULL,
}
_EXPRESSION = frozenset(".*?+()[]|")


@dataclass(frozen=True, slots=True)
class Rule:
    """A level for one method by name, or for those that an expression is found in."""

    level: Level
    method: str = ""
    expression: re.Pattern[str] | None = None


def parse(text: str) -> tuple[Rule, ...]:
    """Read right rules; a pattern without a level has that of the rule before, at first full."""
    level = Level.FULL
    rules = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        word, colon, pattern = entry.partition(":")
        if colon:
            level = _WORDS[word.casefold()]
        else:
            pattern = entry
        rules.append(_rule(level, pattern))
    return tuple(rules)


def _rule(level: Level, pattern: str) -> Rule:
    if pattern == "*":
        return Rule(level, expression=re.compile(""))
    if _EXPRESSION.isdisjoint(pattern):
        return Rule(level, method=pattern)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Rule(level, expression=re.compile(pattern))


def level(rules: tuple[Rule, ...], method: str) -> Level:
    """Give the level of a method: an exact name ends the search, else the last match counts."""
    found = Level.OFF
    for rule in rules:
        if rule.expression is None:
            if rule.method == method:
                return rule.level
        elif rule.expression.search(method):
            found = rule.level
    return found
