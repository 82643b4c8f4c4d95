# SPDX-License-Identifier: Apache-2.0
"""Sets of CPU ids as integers, bit n for CPU n, and their text forms.

The kernel's list form (`0-3,8`) is that of cpuset.cpus and of sysfs; sets of NUMA node ids are
written without ranges (`0,1`) where the original wrote them so. An empty set is the empty text.
"""

import functools
import operator
from collections.abc import Iterable, Iterator

MAX_ID = 65_535
"""Largest id that is accepted; far above what kernels are built for (8192)."""


_PART_BITS = 60
"""Two digits of a Python int."""

_PART = (1 << _PART_BITS) - 1


class BadList(ValueError):
    """A text is no list of ids; the text says what is wrong."""


def parse(text: str) -> int:
    """Read a list such as `0-3,8`; white space around it is ignored. Raises `BadList`."""
    mask = 0
    stripped = text.strip()
    if not stripped:
        return 0
    for part in stripped.split(","):
        first, dash, last = part.partition("-")
        low, high = _number(first, text), _number(last, text) if dash else _number(first, text)
        if low > high:
            message = f"cannot read {text.strip()!r} as a list of ids: {part!r} runs backwards"
            raise BadList(message)
        mask |= ((1 << (high - low + 1)) - 1) << low
    return mask


def _number(text: str, whole: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_ID)):
        message = f"cannot read {whole.strip()[:60]!r} as a list of ids: {text[:20]!r} is no id"
        raise BadList(message)
    number = int(text)
    if number > MAX_ID:
        message = f"cannot read {whole.strip()[:60]!r} as a list of ids: {number} is too large"
        raise BadList(message)
    return number


def show(mask: int) -> str:
    """Write a set in the kernel's list form, ascending, ranges for two ids or more."""
    parts = []
    for low, high in _runs(mask):
        parts.append(str(low) if low == high else f"{low}-{high}")
    return ",".join(parts)


def show_ids(mask: int) -> str:
    """Write a set as single ids, ascending, as sets of NUMA nodes are written."""
    return ",".join(map(str, ids(mask)))


def ids(mask: int) -> Iterator[int]:
    """Give the ids of a set, ascending."""
    first_id = 0
    while mask:
        # Small numbers are worked on: each step with one of thousands of bits would take longer.
        part = mask & _PART
        while part:
            low = part & -part
            yield first_id + low.bit_length() - 1
            part ^= low
        mask >>= _PART_BITS
        first_id += _PART_BITS


def of(members: Iterable[int]) -> int:
    """Make a set of ids."""
    mask = 0
    for member in members:
        mask |= 1 << member
    return mask


def union(masks: Iterable[int]) -> int:
    """Give the ids that are in any of some sets."""
    return functools.reduce(operator.or_, masks, 0)


def first(mask: int) -> int:
    """Give the lowest id of a set, which must not be empty."""
    return (mask & -mask).bit_length() - 1


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    while mask:
        low = first(mask)
        rest = mask >> low
        length = first(~rest)
        yield low, low + length - 1
        mask &= ~(((1 << length) - 1) << low)
