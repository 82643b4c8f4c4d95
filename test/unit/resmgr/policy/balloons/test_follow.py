# SPDX-License-Identifier: Apache-2.0
"""What changes of balloons mean for containers and CPUs."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.intents import AssignCpuClass, SetCpuset, SetMems, SetShares
from resmgr.policy.balloons.follow import Follow
from resmgr.policy.balloons.state import Balloon, Member, State
from resmgr.policy.balloons.types import Type

TYPES = {
    "reserved": Type("reserved", cpu_class="slow", fixed=True),
    "default": Type("default", fixed=True),
    "x": Type("x", cpu_class="turbo"),
    "y": Type("y"),
}


def follow(*, cpu: bool = True, memory: bool = True, idle: str = "idle") -> Follow:
    """On CPUs 0-15 in four nodes."""
    return Follow(trees.EXAMPLE.machine(), TYPES, 0xFFFF, idle, cpu, memory)


def state(free: str, **cpus: str) -> State:
    """Make a state of balloons `x0`, `y0`, ... each with a container called by its type."""
    balloons, places = {}, {}
    for number, (name, own) in enumerate(cpus.items()):
        balloon = Balloon(name[0], int(name[1]), number + 2, cpuset.parse(own))
        balloon = balloon.holding(name[0], Member("p", "n", 500))
        balloons[balloon.name] = balloon
        places[name[0]] = balloon.name
    return State(balloons, cpuset.parse(free), places)


def test_a_balloon_that_grows_moves_its_containers() -> None:
    """Memory is told if it is another one, shares never change by that; others hear nothing."""
    before, after = state("4-15", x0="1", y0="2"), state("6-15", x0="1,4-5", y0="2")
    after = State({**after.balloons, "y[0]": before.balloons["y[0]"]}, after.free, after.places)

    assert follow().change(before, after) == (
        SetCpuset("x", cpuset.parse("1,4-5")),
        SetMems("x", 0b11),
        AssignCpuClass(cpuset.parse("4-5"), "turbo"),
    )
    assert follow().change(after, before) == (
        SetCpuset("x", 0b10),
        SetMems("x", 0b1),
        AssignCpuClass(cpuset.parse("4-5"), "idle"),
    )


def test_a_newcomer_is_told_all() -> None:
    """CPUs, shares and memory; none of them if it is not to be pinned."""
    before, after = state("1-15"), state("2-15", y0="1")
    told = (SetCpuset("y", 0b10), SetShares("y", 512), SetMems("y", 0b1))

    assert follow(idle="").change(before, after, "y") == told
    assert follow(idle="", memory=False).change(before, after, "y") == told[:2]
    assert follow(idle="", cpu=False).change(before, after, "y") == told[2:]
    assert follow().everything(after) == told
    assert follow().everything_of(after, "y") == told


def test_nothing_is_told_where_nothing_changes() -> None:
    """The same state, or an equal one."""
    before = state("2-15", y0="1")

    assert follow().change(before, before, "y") == ()
    assert follow().change(before, state("2-15", y0="1"), "y") == ()
    assert follow().change(before, state("2-15", y0="1"), "y", fresh=True) != ()


def test_cpus_that_go_from_one_balloon_to_another_change_their_class_once() -> None:
    """And those that go to one of the same class do not."""
    before, after = state("3", x0="1", y0="2"), state("3", x0="2", y0="1")

    classes = [one for one in follow().change(before, after) if isinstance(one, AssignCpuClass)]
    assert classes == [AssignCpuClass(0b10, ""), AssignCpuClass(0b100, "turbo")]


@pytest.mark.parametrize(("own", "slow"), [("", "0"), ("1", "0")])
def test_all_cpus_have_a_class_at_the_beginning(own: str, slow: str) -> None:
    """Those of two balloons have that of the younger one, if it has one."""
    balloons = {
        "reserved[0]": Balloon("reserved", 0, 0, 0b1),
        "default[0]": Balloon("default", 0, 1, 0b1),
        "x[0]": Balloon("x", 0, 2, cpuset.parse(own)),
    }
    rest = cpuset.parse("1-15") & ~cpuset.parse(own)
    turbo = (AssignCpuClass(cpuset.parse(own), "turbo"),) if own else ()

    assert follow().classes(State(balloons, rest)) == (
        AssignCpuClass(rest, "idle"),
        AssignCpuClass(cpuset.parse(slow), "slow"),
        *turbo,
    )
