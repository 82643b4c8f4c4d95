# SPDX-License-Identifier: Apache-2.0
"""Which CPUs each pool has."""

import hypothesis.strategies as st
import pytest
from hypothesis import given
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.adjacent import Adjacent
from resmgr.policy.allocator import Allocator, Priority
from resmgr.policy.dynamic_pools.layout import Layout

MACHINE = trees.EXAMPLE.machine()
ALLOCATOR = Allocator.of(MACHINE)
LAYOUT = Layout(ALLOCATOR, Adjacent(MACHINE, ALLOCATOR), cpuset.parse("1-15"))
NONE = (Priority.NONE,) * 3


def follow(had: list[str], sizes: list[int]) -> list[str]:
    """Give lists of CPUs for lists, on a machine whose first CPU is reserved."""
    found = LAYOUT.follow(list(map(cpuset.parse, had)), sizes, NONE)
    return list(map(cpuset.show, found))


@pytest.mark.parametrize(
    ("had", "sizes", "has"),
    [
        (["1-15", "", ""], [15, 0, 0], ["1-15", "", ""]),
        (["1-15", "", ""], [11, 4, 0], ["1-3,8-15", "4-7", ""]),
        (["1-7", "8-11", "12-15"], [7, 4, 4], ["1-7", "8-11", "12-15"]),
        (["1-7", "8-11", "12-15"], [7, 3, 5], ["1-7", "8-10", "11-15"]),
        (["1-7", "8-11", ""], [7, 8, 0], ["1-7", "8-15", ""]),
    ],
)
def test_cpus_stay_where_they_are(had: list[str], sizes: list[int], has: list[str]) -> None:
    """Only what a pool has too many of goes to the others."""
    assert follow(had, sizes) == has


@given(st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3), min_size=1, max_size=5))
def test_sizes_are_met(rows: list[list[int]]) -> None:
    """No CPU is in two pools, and none leaves a pool that does not shrink."""
    had: tuple[int, ...] = (LAYOUT.free, 0, 0)
    for row in rows:
        total = sum(row) or 1
        sizes = [15 * one // total for one in row]
        sizes[0] += 15 - sum(sizes)
        has = LAYOUT.follow(had, sizes, NONE)

        assert [cpus.bit_count() for cpus in has] == sizes
        assert sum(has) == LAYOUT.free
        for before, after in zip(had, has, strict=True):
            assert before & after in (before, after)
        had = has
