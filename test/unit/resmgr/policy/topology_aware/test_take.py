# SPDX-License-Identifier: Apache-2.0
"""Taking CPUs and memory from one pool."""

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.interface import CannotAllocate
from resmgr.policy.topology_aware import memory
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import Grant
from resmgr.policy.topology_aware.request import Request
from resmgr.policy.topology_aware.state import State

AWARE = made.aware(trees.EXAMPLE.but(isolated="8-9"))
TAKER, POOLS = AWARE.selector.taker, AWARE.pools
EMPTY = states.empty(POOLS)
SUBJECT = made.subject()


def new(pool: int, request: Request, state: State = EMPTY) -> Grant:
    """Take from a pool."""
    return TAKER.new(state, POOLS[pool], request, SUBJECT)


def again(state: State, held: Grant, request: Request) -> Grant:
    """Take where it was taken before."""
    return TAKER.again(state, held, request, SUBJECT, POOLS[held.pool], POOLS[held.memory_pool])


def having(pool: int, exclusive: str = "", part: int = 0, name: str = "other") -> State:
    """A state in which another container has something."""
    grant = Grant(made.subject(name), pool, cpuset.parse(exclusive), part, memory_pool=pool)
    return EMPTY.giving(name, grant)


def test_isolated_cpus_are_taken_if_there_are_enough() -> None:
    """Otherwise sharable ones."""
    assert cpuset.show(new(3, Request(full=2, isolate=True)).exclusive) == "8-9"
    assert cpuset.show(new(3, Request(full=1)).exclusive) == "10"
    assert cpuset.show(new(5, Request(full=3, isolate=True)).exclusive) == "10-12"


def test_the_last_sharable_cpu_is_never_exclusive() -> None:
    """Whoever shares has to have something."""
    with pytest.raises(CannotAllocate, match=r"can't slice 2 exclusive CPUs .* 10-11 .* 2000m"):
        new(3, Request(full=2))


def test_what_was_promised_is_not_sliced() -> None:
    """Here and above."""
    with pytest.raises(CannotAllocate, match=r"can't slice 3 .* 1500m free"):
        new(1, Request(full=3), having(1, part=2500))
    with pytest.raises(CannotAllocate, match="not enough sharable CPU in NUMA node #1: 600m"):
        new(1, Request(full=2, part=600), having(1, part=1500))


def test_shared_cpu_may_be_promised_to_the_last_bit() -> None:
    """Unlike whole CPUs."""
    assert new(1, Request(part=4000)).part == 4000
    with pytest.raises(CannotAllocate, match="4001m wanted, 4000m free"):
        new(1, Request(part=4001))


def test_cpus_are_not_taken_from_under_who_shares_them() -> None:
    """As long as there are others: here they would have been the first ones."""
    spared = new(2, Request(full=3), having(0, part=3000)).exclusive

    assert cpuset.show(new(2, Request(full=3)).exclusive) == "1-3"
    assert cpuset.show(spared) == "4-6"


def test_who_is_promised_nothing_keeps_a_cpu_as_well() -> None:
    """A best-effort container below."""
    found = new(2, Request(full=6), having(0)).exclusive

    assert found & cpuset.parse("1-3") != cpuset.parse("1-3")


def test_reserved_cpus_are_shared_as_long_as_they_last() -> None:
    """Then there are sharable ones."""
    request = Request(part=600, reserved=True, at_root=True)
    first = new(6, request)
    second = new(6, request, EMPTY.giving("a", first))

    assert (first.reserved, first.part) == (True, 600)
    assert (second.reserved, second.part, second.exclusive) == (False, 600, 0)


def test_memory_has_to_be_there() -> None:
    """Of the kinds that are wanted."""
    assert new(1, Request(amount=2 << 30)).amounts == (0, 2 << 30, 0)
    with pytest.raises(CannotAllocate, match="not enough memory in NUMA node #1"):
        new(1, Request(amount=(2 << 30) + 1))
    with pytest.raises(CannotAllocate, match="of pmem wanted"):
        new(1, Request(amount=1, kinds=memory.PMEM))


@pytest.mark.parametrize(
    ("held", "full", "part", "expected"),
    [
        ("4-5", 2, 0, "4-5"),
        ("4-5", 3, 0, "4-6"),
        ("4-5", 1, 0, "4"),
        ("4-5", 0, 900, ""),
        ("6", 2, 500, "6-7"),
    ],
)
def test_cpus_that_were_held_are_kept(held: str, full: int, part: int, expected: str) -> None:
    """More of them are near, fewer of them are some of them."""
    grant = Grant(SUBJECT, 1, cpuset.parse(held), memory_pool=1)
    found = again(EMPTY, grant, Request(full=full, part=part))

    assert cpuset.show(found.exclusive) == expected
    assert found.part == part


def test_who_has_isolated_cpus_gets_more_of_them() -> None:
    """If there are any."""
    grant = Grant(SUBJECT, 3, cpuset.parse("9"), memory_pool=3)
    more = again(EMPTY, grant, Request(full=2))

    assert cpuset.show(more.exclusive) == "8-9"
    with pytest.raises(CannotAllocate, match="can't slice 2"):
        again(EMPTY, grant, Request(full=3))


def test_other_cpus_than_before_mean_another_place() -> None:
    """Reserved or not is not changed in place, and reserved ones are not exclusive."""
    held = Grant(SUBJECT, 6, part=100, reserved=True, memory_pool=6)

    with pytest.raises(CannotAllocate, match="other CPUs"):
        again(EMPTY, held, Request(part=100))
    assert again(EMPTY, held, Request(part=200, reserved=True)).part == 200


def test_who_had_to_share_instead_of_reserved_cpus_stays_or_gets_those() -> None:
    """It asks for them each time."""
    held = Grant(SUBJECT, 6, part=2000, memory_pool=6)
    large, small = Request(part=2000, reserved=True), Request(part=200, reserved=True)

    assert not again(EMPTY, held, large).reserved
    assert again(EMPTY, held, small).reserved


def test_memory_that_moved_stays_there() -> None:
    """And has to be enough there."""
    grant = Grant(SUBJECT, 0, part=100, memory_pool=2)

    assert again(EMPTY, grant, Request(part=200, amount=3 << 30)).memory_pool == 2
    with pytest.raises(CannotAllocate, match="not enough memory in socket #0"):
        again(EMPTY, grant, Request(part=200, amount=5 << 30))
