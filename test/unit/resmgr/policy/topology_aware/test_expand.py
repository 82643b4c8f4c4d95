# SPDX-License-Identifier: Apache-2.0
"""Making room for memory."""

import pytest
from unit.resmgr.policy.topology_aware import made

from resmgr.policy.interface import CannotAllocate
from resmgr.policy.topology_aware import expand
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant
from resmgr.policy.topology_aware.state import State

POOLS = made.pools()
EMPTY = states.empty(POOLS)
GIB = 1 << 30


def giving(state: State, name: str, pool: int, amount: int) -> State:
    """Give a container memory, in GiB."""
    grant = Grant(made.subject(name), pool, memory_pool=pool, amounts=(0, amount * GIB, 0))
    return state.giving(name, grant)


def test_nobody_moves_while_there_is_room() -> None:
    """The state is the same one."""
    before = giving(EMPTY, "a", 0, 1)
    after = giving(before, "b", 2, 1)

    assert expand.upward(POOLS, before, after, "b") == (after, ())


def test_who_is_short_moves_to_the_next_pool_with_room() -> None:
    """Its CPUs stay, its memory is booked there."""
    before = giving(EMPTY, "a", 0, 1)
    after, moved = expand.upward(POOLS, before, giving(before, "b", 2, 2), "b")

    assert moved == ("a",)
    assert (after.grants["a"].pool, after.grants["a"].memory_pool) == (0, 2)
    assert after.books[2].memory == (0, 3 * GIB, 0)
    assert after.books[0].memory == (0, 0, 0)


def test_a_full_pool_is_passed_over() -> None:
    """The root has more than the socket, and may take from the newcomer what it has there."""
    before = giving(EMPTY, "a", 0, 1)
    after, moved = expand.upward(POOLS, before, giving(before, "b", 2, 4), "b")

    assert moved == ("a", "b")
    assert [after.grants[name].memory_pool for name in moved] == [6, 6]


def test_who_moves_may_make_others_move() -> None:
    """Also in other branches of the tree, since all of it may be used from the root."""
    before = giving(giving(EMPTY, "far", 3, 2), "a", 0, 2)
    after, moved = expand.upward(POOLS, before, giving(before, "b", 2, 3), "b")

    assert moved == ("a", "far", "b")
    assert [after.grants[name].memory_pool for name in moved] == [6, 6, 6]


def test_the_newcomer_moves_when_those_above_leave_it_too_little() -> None:
    """Whoever had to make room for it may use its memory from the root now."""
    before = giving(giving(EMPTY, "a", 0, 2), "c", 1, 1)
    crowded = giving(before, "b", 2, 3)
    after, moved = expand.upward(POOLS, before, crowded, "b")

    assert moved == ("a", "c", "b")
    assert {grant.memory_pool for grant in after.grants.values()} == {6}
    assert after.grants["b"].pool == 2


def test_a_newcomer_that_the_machine_has_too_little_for_is_refused() -> None:
    """Others can make room for it, but then the root has no more for it than they left."""
    full = giving(giving(giving(EMPTY, "a", 0, 2), "c", 1, 2), "far", 3, 2)

    with pytest.raises(CannotAllocate, match="container b of pod b would have to make room"):
        expand.upward(POOLS, full, giving(full, "b", 2, 3), "b")


def test_no_room_above_is_refused() -> None:
    """The message names who would have to move."""
    before = giving(giving(EMPTY, "a", 0, 2), "r", 6, 7)
    crowded = giving(before, "b", 2, 4)

    with pytest.raises(CannotAllocate, match="container a of pod a would have to make room"):
        expand.upward(POOLS, before, crowded, "b")


def test_who_was_short_before_is_not_moved() -> None:
    """Only what the new container brings about is mended."""
    before = giving(giving(EMPTY, "a", 0, 2), "s", 2, 4)
    after = giving(before, "b", 3, 1)

    assert expand.upward(POOLS, before, after, "b") == (after, ())
