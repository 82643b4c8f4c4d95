# SPDX-License-Identifier: Apache-2.0
"""Who has what: the pools follow."""

import hypothesis
import hypothesis.strategies as st

from resmgr.policy.static_plus.pools import Pools
from resmgr.policy.static_plus.state import Grant, State

POOLS = Pools(isolated=0b1100, reserved=0b1, shared=0b1111_0010)
FIVE = 0b1111_0010


def of(*grants: tuple[int, int]) -> State:
    """A state in which containers a, b, ... have exclusive CPUs and a part, in this order."""
    state = State()
    for name, (exclusive, part) in zip("abcdefgh", grants, strict=False):
        grant = Grant(exclusive, part, state.next_number())
        state = state.giving(name, grant, POOLS)
    return state


def test_exclusive_cpus_leave_the_pools() -> None:
    """And come back when they are forgotten."""
    state = of((0b10, 0), (0b100, 0))

    assert (state.shared(POOLS), state.isolated(POOLS)) == (0b1111_0000, 0b1000)
    assert state.forgetting("a", POOLS).forgetting("b", POOLS) == State()


def test_who_has_a_part_runs_on_the_shared_pool() -> None:
    """Beside its own CPUs; who has none of either shares as well, who has only CPUs does not."""
    state = of((0b10, 0), (0b100, 10), (0, 0))

    assert [state.cpus(key, POOLS) for key in "abc"] == [0b10, 0b1111_0100, 0b1111_0000]


def test_system_containers_run_on_reserved_cpus_and_book_nothing() -> None:
    """Whatever they ask for."""
    state = State().giving("a", Grant(0, 9000, 0, system=True), POOLS)

    assert (state.cpus("a", POOLS), state.booked, state.late) == (0b1, 0, frozenset())


def test_the_oldest_fill_the_pool() -> None:
    """Those after them have the reserved CPUs as well, until there is room again."""
    state = of((0, 4000), (0, 1000), (0, 1), (0, 0))

    assert state.late == {"c", "d"}
    assert state.cpus("c", POOLS) == FIVE | 0b1
    assert state.cpus("b", POOLS) == FIVE
    assert state.forgetting("b", POOLS).late == frozenset()


def test_an_empty_pool_leaves_nobody_without_cpus() -> None:
    """There are always reserved CPUs."""
    state = of((FIVE, 0), (0, 0))

    assert state.cpus("b", POOLS) == POOLS.reserved


def test_numbers_grow() -> None:
    """They begin anew when there are none."""
    state = of((0, 1), (0, 1))

    assert [grant.number for grant in state.grants.values()] == [0, 1]
    assert state.forgetting("a", POOLS).next_number() == 2
    assert State().next_number() == 0


GRANTS = st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, 0, 1, 500, 2000, 5000]))


@hypothesis.given(st.lists(GRANTS, max_size=30))
def test_what_is_kept_is_what_a_look_at_all_finds(events: list[tuple[str, int | None]]) -> None:
    """Shortcuts lead to the same."""
    state = State()
    for number, (name, part) in enumerate(events):
        if part is None:
            state = state.forgetting(name, POOLS)
        else:
            exclusive = 0b10 if name == "a" and part else 0
            known = state.grants.get(name)
            grant = Grant(exclusive, part, known.number if known else number)
            state = state.giving(name, grant, POOLS)
        room, used, late = 1000 * state.shared(POOLS).bit_count(), 0, set()
        for key, grant in state.grants.items():
            if grant.shares:
                late |= {key} if used >= room else set()
                used += grant.part

        assert state.late == late
        assert state.booked == used
