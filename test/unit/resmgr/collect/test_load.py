# SPDX-License-Identifier: Apache-2.0
"""How busy CPUs were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.collect import load
from resmgr.collect.load import Times

STAT = """cpu  1186 0 1041 40118 90 0 21 0 0 0
cpu0 10 1 20 400 30 4 5 6 700 80
cpu2 1 2 3 4
cpu3 1 2 3 4 5
cpu4 1 2 3
cpu12 1 0 x 4 5 6
cpux 1 2 3 4 5
intr 33 0 2
ctxt 99

btime 1700000000
"""


def test_lines_of_cpus_are_read() -> None:
    """By their ids, since CPUs that are offline have no line; the time of guests counts once."""
    assert load.read(STAT) == {0: Times(46, 476), 2: Times(6, 10), 3: Times(6, 15)}


@pytest.mark.parametrize(
    ("before", "after", "thousandths"),
    [
        (Times(0, 0), Times(25, 100), 250),
        (Times(10, 100), Times(10, 200), 0),
        (Times(10, 100), Times(9, 200), 0),
        (Times(10, 100), Times(20, 100), 1000),
        (Times(10, 100), Times(20, 105), 1000),
    ],
)
def test_what_is_between_two_looks_counts(before: Times, after: Times, thousandths: int) -> None:
    """Counters that run backwards are no time at all, or all of it."""
    assert load.between({1: before}, {1: after, 2: after}) == {1: thousandths}


@given(st.text(alphabet="cpu0123456789 \n-x"))
def test_any_text_can_be_read(text: str) -> None:
    """Nobody is busy for more than all of the time."""
    for times in load.read(text).values():
        assert 0 <= times.busy <= times.total
