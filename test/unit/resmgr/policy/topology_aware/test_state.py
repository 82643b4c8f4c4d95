# SPDX-License-Identifier: Apache-2.0
"""Who has what, and what is left."""

from dataclasses import replace

from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant

POOLS = made.pools()
EMPTY = states.empty(POOLS)
GIB = 1 << 30


def test_what_is_given_can_be_taken() -> None:
    """The sums are as before."""
    grant = Grant(made.subject("a"), 1, 0b10000, 500, memory_pool=2, amounts=(0, 7, 0))
    given = EMPTY.giving("a", grant)

    assert given.exclusive == 0b10000
    assert given.books[1] == states.Book(shared=500, normal=1, sharing=1)
    assert given.books[2] == states.Book(memory=(0, 7, 0))
    assert given.taking("a") == EMPTY
    assert EMPTY.taking("a") is EMPTY


def test_giving_replaces_what_was_given() -> None:
    """Nothing of it stays in the books."""
    first = Grant(made.subject("a"), 1, 0b110000, memory_pool=1, amounts=(0, 7, 0))
    second = Grant(made.subject("a"), 3, part=40, reserved=True, memory_pool=6)
    found = EMPTY.giving("a", first).giving("a", second)

    assert found == EMPTY.giving("a", second)
    assert found.books[3] == states.Book(reserved=40)


def test_shared_cpu_is_bounded_by_all_pools_above() -> None:
    """What is granted below counts above, and what is granted above counts below."""
    found = EMPTY.giving("a", Grant(made.subject("a"), 1, part=500, memory_pool=1))
    found = found.giving("b", Grant(made.subject("b"), 2, part=6000, memory_pool=2))

    assert states.left(POOLS, EMPTY).shared == (3000, 4000, 7000, 4000, 4000, 8000, 15000)
    assert states.left(POOLS, found).shared == (500, 500, 500, 4000, 4000, 8000, 8500)


def test_reserved_cpu_is_where_reserved_cpus_are() -> None:
    """-1 where there are none."""
    found = EMPTY.giving("a", Grant(made.subject("a"), 6, part=300, reserved=True, memory_pool=6))

    assert states.left(POOLS, found).reserved == (700, -1, 700, -1, -1, -1, 700)


def test_exclusive_cpus_are_left_nowhere() -> None:
    """Isolated ones neither."""
    pools = made.pools(trees.EXAMPLE.but(isolated="8-9"))
    grant = Grant(made.subject("a"), 5, 1 << 8 | 1 << 12, memory_pool=5)
    left = states.left(pools, states.empty(pools).giving("a", grant))

    assert [mask.bit_count() for mask in left.isolated] == [0, 0, 0, 1, 0, 1, 1]
    assert [mask.bit_count() for mask in left.sharable] == [3, 4, 7, 2, 3, 5, 12]


def test_memory_of_pools_above_may_come_from_below() -> None:
    """It is extra there, while the pool itself has less free."""
    grant = Grant(made.subject("a"), 2, memory_pool=2, amounts=(0, GIB, 0))
    left = states.left(POOLS, EMPTY.giving("a", grant))

    assert [free[1] // GIB for free in left.free] == [2, 2, 3, 2, 2, 4, 8]
    assert [extra[1] // GIB for extra in left.extra] == [1, 1, 0, 0, 0, 0, 0]


def test_what_is_left_is_worked_out_once_for_a_state() -> None:
    """Another state has nothing of it, however it was made."""
    state = states.empty(POOLS)
    first = states.left(POOLS, state)
    other = replace(state, exclusive=1 << 4)

    assert states.left(POOLS, state) is first
    assert states.left(POOLS, other) != first
    assert state == states.empty(POOLS)
