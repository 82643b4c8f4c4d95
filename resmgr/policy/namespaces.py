# SPDX-License-Identifier: Apache-2.0
"""Patterns of namespaces, as configurations of pools have them."""

import functools
import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"\\(.)|(\*)|(\?)|\[(\^?)((?:\\.|[^\]\\])+)\]", re.DOTALL)


def match(patterns: Iterable[str], namespace: str) -> bool:
    """Tell whether a namespace is that of some pattern: `*`, `?`, `[a-z]`, `[^a]`, backslash."""
    return any(_compiled(pattern).fullmatch(namespace) is not None for pattern in patterns)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    found, position = "", 0
    for special in _SPECIAL.finditer(pattern):
        found += re.escape(pattern[position : special.start()])
        found += _one(special)
        position = special.end()
    text = found + re.escape(pattern[position:])
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        # Such as a range that runs backwards: it is nobody's.
        return re.compile(r"(?!)")


def _one(special: re.Match[str]) -> str:
    literal, star, mark, negation, members = special.groups()
    if literal is not None:
        return re.escape(literal)
    if star or mark:
        return ".*" if star else "."
    inside = re.sub(r"([\[&~|^])", r"\\\1", members)
    return f"[{negation}{inside}]"
