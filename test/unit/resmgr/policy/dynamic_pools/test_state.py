# SPDX-License-Identifier: Apache-2.0
"""Pools with sums, and who is in which."""

from resmgr.policy.dynamic_pools.state import Member, Pool, State

EMPTY = State((Pool(1), Pool(6), Pool()))


def test_sums_follow() -> None:
    """When containers come, change and go."""
    state = EMPTY.joining("a", Member(1, 500, 700)).joining("b", Member(1, 100))
    assert state.pools[1] == Pool(6, 2, 600, 700)

    state = state.joining("a", Member(1, 900, 900))
    assert state.pools[1] == Pool(6, 2, 1000, 900)

    state = state.joining("b", Member(2, 100))
    assert (state.pools[1].count, state.pools[2].count) == (1, 1)
    assert state.leaving("a").leaving("b") == EMPTY


def test_an_empty_pool_has_no_load() -> None:
    """Neither when it is measured nor when the last container goes; one that stays keeps it."""
    state = EMPTY.joining("a", Member(1)).weighing((5, 7, 9))
    assert [pool.weight for pool in state.pools] == [0, 7, 0]

    assert state.joining("a", Member(1, 10)).pools[1].weight == 7
    assert state.leaving("a") == EMPTY


def test_cpus_change_alone() -> None:
    """Nothing else does."""
    state = EMPTY.joining("a", Member(1, 10))

    assert state.holding((1, 2, 4)).pools[1] == Pool(2, 1, 10)
    assert state.holding((1, 2, 4)).members == state.members
