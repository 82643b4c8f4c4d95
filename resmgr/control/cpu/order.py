# SPDX-License-Identifier: Apache-2.0
"""In which order two limits are written, so that the lower one is never above the other.

The kernel refuses such a pair; the original wrote the lower one first and failed at raising both.
"""

from typing import NamedTuple


class Pair(NamedTuple):
    """A lower and an upper limit, kHz."""

    low: int
    high: int


def target(wants: Pair, was: Pair) -> Pair:
    """Give what two files should hold; 0 in `wants` is no opinion.

    A limit without an opinion is as it was found, unless that stands in the way of the other one.
    """
    if wants.low and wants.high:
        return Pair(min(wants.low, wants.high), wants.high)
    if wants.low:
        return Pair(wants.low, max(was.high, wants.low))
    if wants.high:
        return Pair(min(was.low, wants.high), wants.high)
    return was


def writes(has: Pair, to: Pair) -> tuple[tuple[str, int], ...]:
    """Give what has to be written, by the name of the field, in order; nothing that is there."""
    needed = [(name, value) for name, value in zip(Pair._fields, to, strict=True)]
    if to.high >= has.low:
        needed.reverse()
    return tuple((name, value) for name, value in needed if getattr(has, name) != value)
