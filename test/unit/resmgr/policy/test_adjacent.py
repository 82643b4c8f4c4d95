# SPDX-License-Identifier: Apache-2.0
"""CPUs beside those that somebody has."""

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import adjacent, allocator

EXAMPLE = trees.EXAMPLE.machine()


def more(held: str, count: int, pool: str) -> str:
    """Choose on a machine of two sockets, two nodes each, siblings next to each other."""
    chooser = adjacent.Adjacent(EXAMPLE, allocator.Allocator.of(EXAMPLE))
    return cpuset.show(chooser.more(cpuset.parse(held), count, cpuset.parse(pool)))


@pytest.mark.parametrize(
    ("held", "count", "pool", "chosen"),
    [
        ("2", 1, "0-15", "3"),
        ("2-3", 2, "0-15", "0-1"),
        ("2-3", 1, "4-15", "4"),
        ("0-7", 2, "8-15", "8-9"),
        ("2", 4, "0,3-15", "0,3-5"),
        ("", 2, "1,4-5", "4-5"),
        ("2", 0, "0-15", ""),
    ],
)
def test_the_nearest_come_first(held: str, count: int, pool: str, chosen: str) -> None:
    """Threads of the same cores, then of the nodes, the packages, and any."""
    assert more(held, count, pool) == chosen


def test_too_few_are_an_error() -> None:
    """What somebody has already does not count."""
    with pytest.raises(allocator.TooFew, match="cpuset 3 does not have 2 CPUs"):
        more("2", 2, "2-3")


@hypothesis.given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 16))
def test_as_many_as_asked_for_come_from_the_pool(held: int, pool: int, count: int) -> None:
    """None of them is one that is there already."""
    count %= (pool & ~held).bit_count() + 1
    chooser = adjacent.Adjacent(EXAMPLE, allocator.Allocator.of(EXAMPLE))
    chosen = chooser.more(held, count, pool)

    assert chosen.bit_count() == count
    assert chosen & ~pool == chosen & held == 0
