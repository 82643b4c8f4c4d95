# SPDX-License-Identifier: Apache-2.0
"""Patterns for names: `*` and `?` stop at a slash, `[a-z]` and `[^a-z]`, and backslash.

The whole text has to match. A malformed pattern matches nothing (annotations, section 5.2).
"""

import functools
import re
from collections.abc import Iterable


class BadPattern(ValueError):
    """A bracket is open or empty, or a backslash is last."""


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text matches a pattern."""
    try:
        return _compiled(pattern).fullmatch(text) is not None
    except BadPattern:
        return False


def listed(patterns: Iterable[str], text: str) -> bool:
    """Tell whether a text matches one of a list; the list ends at its first malformed pattern."""
    for pattern in patterns:
        try:
            if _compiled(pattern).fullmatch(text):
                return True
        except BadPattern:
            return False
    return False


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Translate a pattern. Raises `BadPattern`."""
    parts = []
    rest = pattern
    while rest:
        if rest[0] == "[":
            part, rest = _bracket(rest)
        elif rest[0] == "\\":
            char, rest = _literal(rest)
            part = re.escape(char)
        else:
            # Runs of stars are one star: each more of them would only cost time.
            char, rest = rest[0], rest.lstrip("*") if rest[0] == "*" else rest[1:]
            part = {"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char)
        parts.append(part)
    return re.compile("".join(parts), re.DOTALL)


def _bracket(text: str) -> tuple[str, str]:
    """Translate a class of characters; give it and what follows."""
    rest = text[1:]
    negated = rest.startswith("^")
    rest = rest[1:] if negated else rest
    ranges: list[str] = []
    while not (rest.startswith("]") and ranges):
        low, rest = _member(rest)
        high = low
        if rest.startswith("-"):
            high, rest = _member(rest[1:])
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            ranges.append("")  # A range that runs backwards has nothing in it.
    inside = "".join(ranges)
    if not inside:
        return "[^/]" if negated else "(?!)", rest[1:]
    return f"[{'^' if negated else ''}{inside}]", rest[1:]


def _member(text: str) -> tuple[str, str]:
    if not text or text[0] in "-]":
        raise BadPattern("a bracket is open or has an empty range")
    return _literal(text)


def _literal(text: str) -> tuple[str, str]:
    if text[0] != "\\":
        return text[0], text[1:]
    if len(text) == 1:
        raise BadPattern("a backslash is last")
    return text[1], text[2:]
