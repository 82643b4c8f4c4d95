# SPDX-License-Identifier: Apache-2.0
"""Syntax that several modules share: a sentence for text that is wrong, None for right text.

Nothing here looks at hardware: a CPU list may name CPUs that no node has.
"""

import re

from .. import quantity
from .problem import quote

MAX_ID = 65535
"""Highest CPU, cache or socket number that is believed; no kernel has as many."""

_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


def id_list(text: str, what: str = "CPU list") -> str | None:
    """The kernel's list format: `0,2-5`, ascending within a range, no blanks."""
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            return f"{quote(text)} is not a {what} such as 0,2-5"
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            return f"{quote(text)} is not a {what}: {quote(part)} runs backwards"
        if last > MAX_ID:
            return f"{quote(text)} is not a {what}: no number is above {MAX_ID}"
    return None


def ids(text: str) -> int:
    """The numbers of a right `id_list` as the bits of one number."""
    mask = 0
    for part in text.split(","):
        first, _, last = part.partition("-")
        mask |= (1 << int(last or first) + 1) - (1 << int(first))
    return mask


def glob(text: str) -> str | None:
    """A shell pattern with `*`, `?`, `[...]` and backslash."""
    if not text:
        return "empty pattern"
    rest = re.sub(r"\\.", "", text)
    rest = re.sub(r"\[\^?[^\]]+\]", "", rest)
    if "[" in rest or "\\" in rest:
        return f"{quote(text)} is not a pattern: a bracket is open, or a backslash is last"
    return None


def duration(text: str) -> str | None:
    """A duration of at least 0 in Go's syntax: `1m30s`, `100ms`, `0`."""
    rest, total = text.removeprefix("+"), 0.0
    if rest == "0":
        return None
    position = 0
    while match := _DURATION.match(rest, position):
        total += float(match[1]) * _NANOSECONDS[match[2]]
        position = match.end()
    if not position or position < len(rest):
        return f"{quote(text)} is not a duration such as 30s or 1m30s"
    return f"{quote(text)} is longer than 292 years" if total >= 2**63 else None


def amount(text: str) -> str | None:
    """A Kubernetes quantity of at least 0."""
    try:
        value = quantity.parse(text)
    except ValueError as error:
        return f"{quote(text)} is {error}"
    return f"{quote(text)} is negative" if value < 0 else None


def name(text: str) -> str | None:
    """The name of something that the writer defines."""
    return None if text else "undefined or empty name"
