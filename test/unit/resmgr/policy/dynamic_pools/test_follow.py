# SPDX-License-Identifier: Apache-2.0
"""What has to be done when pools have other CPUs."""

from typing import Any

from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.intents import AssignCpuClass, SetCpuset, SetMems, SetShares
from resmgr.policy.dynamic_pools import types
from resmgr.policy.dynamic_pools.follow import Follow
from resmgr.policy.dynamic_pools.state import Member, Pool, State

MACHINE = trees.EXAMPLE.machine()
TYPES = [{"Name": "a", "CPUClass": "fast"}, {"Name": "b", "CPUClass": "fast"}]


def follow(**more: Any) -> Follow:
    """On a machine with four CPUs in each node."""
    return Follow(MACHINE, types.read({"DynamicPoolTypes": TYPES} | more))


def state(*lists: str) -> State:
    """A container `a` with a request in pool a, one without in shared; CPUs of the pools."""
    pools = State(tuple(Pool(cpuset.parse(one)) for one in ("0", *lists)))
    return pools.joining("a", Member(2, 500)).joining("s", Member(1))


BEFORE = state("1-7", "8-9", "12")


def test_a_container_is_told_all_that_it_has() -> None:
    """Shares only if it requests any CPU."""
    assert list(follow().tell(BEFORE, "a")) == [
        SetCpuset("a", 0b11_0000_0000),
        SetMems("a", 0b100),
        SetShares("a", 512),
    ]
    assert list(follow().tell(BEFORE, "s")) == [SetCpuset("s", 0b1111_1110), SetMems("s", 0b11)]


def test_pinning_can_be_left_out() -> None:
    """CPUs and shares together, memory by itself."""
    assert list(follow(PinCPU=False).tell(BEFORE, "a")) == [SetMems("a", 0b100)]
    assert SetMems("a", 0b100) not in list(follow(PinMemory=False).tell(BEFORE, "a"))


def test_only_who_has_other_cpus_is_told() -> None:
    """Nodes only if they are other ones, classes only of CPUs whose class changes."""
    after = state("2-7", "1,8-9", "12")

    assert list(follow().changes(BEFORE, after)) == [
        SetCpuset("a", 0b11_0000_0010),
        SetMems("a", 0b101),
        SetCpuset("s", 0b1111_1100),
        AssignCpuClass(0b10, "fast"),
    ]
    assert list(follow().changes(BEFORE, BEFORE)) == []
    assert SetCpuset("a", 0b11_0000_0010) not in list(follow().changes(BEFORE, after, "a"))


def test_cpus_keep_their_class_between_pools_of_one() -> None:
    """And lose it where a pool has none."""
    same = state("1-7", "8-9,12", "")
    slower = state("1-8", "9", "12")

    assert not [one for one in follow().changes(BEFORE, same) if isinstance(one, AssignCpuClass)]
    assert AssignCpuClass(0b1_0000_0000, "") in list(follow().changes(BEFORE, slower))


def test_classes_are_assigned_at_the_start() -> None:
    """If there are any."""
    assert list(follow().classes(BEFORE)) == [
        AssignCpuClass(0b1, ""),
        AssignCpuClass(0b1111_1110, ""),
        AssignCpuClass(0b11_0000_0000, "fast"),
        AssignCpuClass(0b1_0000_0000_0000, "fast"),
    ]
    plain = Follow(MACHINE, types.read({"DynamicPoolTypes": [{"Name": "a"}, {"Name": "b"}]}))
    assert list(plain.classes(BEFORE)) == []
