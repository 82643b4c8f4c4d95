# SPDX-License-Identifier: Apache-2.0
"""Content that is kept in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.wire import pieces


@given(st.lists(st.binary(max_size=40) | st.binary(min_size=1000, max_size=1100), max_size=30))
def test_nothing_is_lost_or_reordered(parts: list[bytes]) -> None:
    """What was added is there, in order."""
    kept: list[memoryview] = []
    for part in parts:
        pieces.add(kept, memoryview(part))

    assert b"".join(kept) == b"".join(parts)


def test_small_pieces_become_few() -> None:
    """A byte at a time costs no piece a byte."""
    kept: list[memoryview] = []
    for number in range(4096):
        pieces.add(kept, memoryview(b"%d" % (number % 10)))

    assert [len(piece) for piece in kept] == [1024] * 4


def test_large_pieces_are_not_copied() -> None:
    """They stay as they came."""
    first, second = memoryview(b"x" * 1000), memoryview(b"y" * 25)
    kept: list[memoryview] = []
    pieces.add(kept, first)
    pieces.add(kept, second)

    assert kept[0] is first
    assert kept[1] is second
