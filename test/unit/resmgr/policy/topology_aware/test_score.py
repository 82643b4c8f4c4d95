# SPDX-License-Identifier: Apache-2.0
"""Which pool is better."""

import dataclasses
from typing import Any

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr.policy.topology_aware import memory, score
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.request import Request
from resmgr.policy.topology_aware.score import Score

EVEN = Score(1, 1, 0, 1000, 0, 0.0, has_kinds=True)
SHARED, FULL = Request(part=100), Request(full=1)
ISOLATED = Request(full=1, isolate=True)


@pytest.mark.parametrize(
    ("request_", "better", "worse", "rule"),
    [
        (ISOLATED, {"isolated": 0}, {"isolated": -1, "attraction": 5.0}, "has enough CPU"),
        (SHARED, {"shared": 1}, {"shared": 0, "attraction": 5.0}, "has enough CPU"),
        (SHARED, {"attraction": 1.0}, {"has_kinds": True, "depth": 9}, "stronger affinity"),
        (SHARED, {"attraction": 0.0}, {"attraction": -1.0}, "stronger affinity"),
        (SHARED, {}, {"has_kinds": False, "hints": (1.0,)}, "has the kinds of memory"),
        (SHARED, {"hints": (0.9,)}, {"hints": (0.5,), "depth": 9}, "nearer to devices"),
        (SHARED, {"hints": (0.0, 0.9)}, {"hints": (0.0, 0.5)}, "nearer to some devices"),
        (SHARED, {"hints": (0.9,), "depth": 2}, {"hints": (0.9,)}, "near to devices and smaller"),
        (
            SHARED,
            {"hints": (0.0, 0.9), "depth": 2},
            {"hints": (0.9, 0.0)},
            "near to devices and smaller",
        ),
        (SHARED, {"hints": (0.9,)}, {"hints": (0.9,), "id": 2, "shared": 9999}, "near to"),
        (SHARED, {"hints": (0.0,), "depth": 2}, {"hints": (0.0,)}, "smaller"),
        (SHARED, {"depth": 2}, {"shared": 9999}, "smaller"),
        (ISOLATED, {"isolated": 2}, {"isolated": 1, "shared": 9999}, "more isolated CPUs"),
        (ISOLATED, {"isolated": 2}, {"isolated": 2, "id": 2, "shared": 9999}, "more isolated"),
        (FULL, {"shared": 2000}, {"colocated": -1}, "more free CPU"),
        (FULL, {}, {"id": 2, "colocated": -1}, "more free CPU"),
        (SHARED, {"colocated": 1}, {"colocated": 2, "shared": 9999}, "fewer containers"),
        (SHARED, {"shared": 2000}, {}, "more free CPU"),
        (SHARED, {}, {"id": 2}, "comes first"),
    ],
)
def test_the_first_rule_that_tells_them_apart_decides(
    request_: Request, better: dict[str, Any], worse: dict[str, Any], rule: str
) -> None:
    """In the order of section 7.5, whichever is looked at first."""
    one, other = dataclasses.replace(EVEN, **better), dataclasses.replace(EVEN, **worse)

    sign, name = score.compare(request_, one, other)
    assert (sign, name[: len(rule)]) == (-1, rule)
    assert score.compare(request_, other, one)[0] == 1
    assert score.best([other, one], request_) is one


def test_who_lacks_one_thing_each_is_first_if_it_is_looked_at_first() -> None:
    """The rule of the original is not symmetric there; the order of pools makes it unambiguous."""
    one = dataclasses.replace(EVEN, isolated=-1, shared=1)
    other = dataclasses.replace(EVEN, isolated=1, shared=-1)

    assert score.compare(ISOLATED, one, other)[0] == -1
    assert score.compare(ISOLATED, other, one)[0] == -1


def scored(request: Request, tree: trees.Tree = trees.EXAMPLE, pool: int = 3) -> Score:
    """Score a pool of an empty machine."""
    pools = made.pools(tree)
    state = states.empty(pools)
    return score.of(pools[pool], request, state, states.left(pools, state))


def test_scores_are_what_would_be_left() -> None:
    """A container that wants nothing counts as one that wants very little."""
    isolated = trees.EXAMPLE.but(isolated="8-9")

    assert scored(Request()).shared == 3999
    assert scored(Request(part=500)).shared == 3500
    assert scored(Request(full=2, part=100)).shared == 1900
    assert scored(Request(full=2, isolate=True)).isolated == -2
    assert scored(Request(full=2, isolate=True)).shared == 2000
    assert scored(Request(full=2, isolate=True), isolated).isolated == 0
    assert scored(Request(full=2, isolate=True), isolated).shared == 2000


def test_only_stated_kinds_of_memory_are_missed() -> None:
    """The default is any kind."""
    both = memory.DRAM | memory.PMEM

    assert scored(Request(kinds=memory.ALL)).has_kinds
    assert not scored(Request(kinds=both, stated=True)).has_kinds
    assert scored(Request(kinds=both, stated=True), trees.TIERED, 0).has_kinds
