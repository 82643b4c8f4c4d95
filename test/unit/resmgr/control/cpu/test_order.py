# SPDX-License-Identifier: Apache-2.0
"""The order in which two limits are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.control.cpu import order
from resmgr.control.cpu.order import Pair

KHZ = st.integers(100_000, 5_000_000)
PAIRS = st.tuples(KHZ, KHZ).map(sorted).map(lambda two: Pair(*two))


@given(PAIRS, PAIRS)
def test_the_lower_limit_is_never_above_the_upper_one(has: Pair, to: Pair) -> None:
    """At no step on the way, and at its end both are there."""
    for name, value in order.writes(has, to):
        has = has._replace(**{name: value})
        assert has.low <= has.high

    assert has == to


@pytest.mark.parametrize(
    ("has", "to", "expected"),
    [
        (Pair(8, 24), Pair(26, 28), (("high", 28), ("low", 26))),
        (Pair(26, 28), Pair(8, 24), (("low", 8), ("high", 24))),
        (Pair(8, 24), Pair(8, 30), (("high", 30),)),
        (Pair(8, 24), Pair(8, 24), ()),
    ],
)
def test_raising_begins_above_and_lowering_below(
    has: Pair, to: Pair, expected: tuple[tuple[str, int], ...]
) -> None:
    """What is there already is not written."""
    assert order.writes(has, to) == expected


@pytest.mark.parametrize(
    ("wants", "expected"),
    [
        (Pair(0, 0), Pair(8, 24)),
        (Pair(10, 20), Pair(10, 20)),
        (Pair(10, 0), Pair(10, 24)),
        (Pair(0, 20), Pair(8, 20)),
        (Pair(26, 0), Pair(26, 26)),
        (Pair(0, 6), Pair(6, 6)),
    ],
)
def test_a_limit_without_an_opinion_is_as_it_was_found(wants: Pair, expected: Pair) -> None:
    """Unless it stands in the way of the other one."""
    assert order.target(wants, Pair(8, 24)) == expected


@given(st.tuples(st.one_of(st.just(0), KHZ), st.one_of(st.just(0), KHZ)), PAIRS)
def test_what_is_written_can_be_written(wants: tuple[int, int], was: Pair) -> None:
    """The lower limit is not above the upper one, and what is stated counts."""
    found = order.target(Pair(*wants), was)

    assert found.low <= found.high
    assert not wants[1] or found.high == wants[1]
