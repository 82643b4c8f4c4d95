# SPDX-License-Identifier: Apache-2.0
"""How many CPUs each pool has."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from resmgr.policy.dynamic_pools import sizes
from resmgr.policy.dynamic_pools.sizes import Demand


@pytest.mark.parametrize(
    ("need", "free", "weights", "result"),
    [
        ((0, 0, 0), 12, (0, 0, 0), (12, 0, 0)),
        ((0, 2, 2), 8, (0, 0, 0), (8, 2, 2)),
        ((2, 2, 2), 6, (0, 0, 0), (8, 2, 2)),
        ((0, 0, 0), 12, (100, 200, 100), (3, 6, 3)),
        ((0, 0, 0), 12, (0, 200, 100), (0, 8, 4)),
        ((0, 2, 2), 8, (100, 200, 100), (2, 6, 4)),
        ((1, 2, 2), 7, (0, 200, 100), (1, 7, 4)),
        ((0, 2, 2), 8, (0, 200, 100), (0, 8, 4)),
    ],
)
def test_vectors(
    need: tuple[int, ...], free: int, weights: tuple[int, ...], result: tuple[int, ...]
) -> None:
    """Policies, section 11.5."""
    demands = [
        Demand(one, weight, used=one > 0 or weight > 0)
        for one, weight in zip(need, weights, strict=True)
    ]

    assert sizes.divide(demands, sum(need) + free) == result


@pytest.mark.parametrize(
    ("demands", "capacity", "result"),
    [
        ([Demand(0, 1, used=True), Demand(0, 999, used=True)], 4, (1, 3)),
        ([Demand(0, 0, used=True), Demand(0, 9, used=True)], 4, (1, 3)),
        ([Demand(4, 0, used=True), Demand(0, 0, used=True)], 5, (4, 1)),
        ([Demand(0), Demand(0, 50)], 4, (4, 0)),
        ([Demand(0, 0, used=True), Demand(4, 0, used=True)], 4, (1, 3)),
        ([Demand(8, 0, used=True), Demand(2, 0, used=True)], 5, (4, 1)),
        ([Demand(0), Demand(3, 0, used=True), Demand(3, 0, used=True)], 5, (0, 3, 2)),
    ],
)
def test_everybody_has_a_cpu(demands: list[Demand], capacity: int, result: tuple[int, ...]) -> None:
    """With little load, with none, and when more is needed than there is."""
    assert sizes.divide(demands, capacity) == result


def test_too_many_pools_are_an_error() -> None:
    """Each one with containers needs a CPU of its own."""
    with pytest.raises(sizes.TooMany, match="3 pools have containers, but there are only 2 CPUs"):
        sizes.divide([Demand(1, used=True)] * 3, 2)


DEMANDS = st.lists(
    st.builds(Demand, st.integers(0, 9), st.integers(0, 5000), st.booleans()),
    min_size=1,
    max_size=6,
).map(lambda many: [Demand(one.need if one.used else 0, one.weight, one.used) for one in many])


@given(DEMANDS, st.integers(1, 40))
def test_all_cpus_are_divided(demands: list[Demand], capacity: int) -> None:
    """Nobody has less than it needs if there are enough, nor none if there is a CPU for each."""
    try:
        found = sizes.divide(demands, capacity)
    except sizes.TooMany:
        assert sum(one.used for one in demands) > capacity
        return

    assert sum(found) == capacity
    enough = sum(one.least for one in demands) <= capacity
    for size, one in zip(found, demands, strict=True):
        assert size >= (one.least if enough else int(one.used))
