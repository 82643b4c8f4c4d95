# SPDX-License-Identifier: Apache-2.0
"""Balloons with containers in them."""

import pytest

from resmgr.policy.balloons.state import Balloon, Member, State
from resmgr.policy.balloons.types import Type

ONE, TWO = Member("p", "n", 500), Member("p", "m", 700)


def test_what_is_held_is_counted() -> None:
    """Requests, containers of each pod and of each namespace."""
    balloon = Balloon("x", 0, 2, cpus=0b11).holding("a", ONE).holding("b", TWO)

    assert balloon.requested == 1200
    assert balloon.pods == {"p": 2}
    assert balloon.namespaces == {"n": 1, "m": 1}
    assert balloon.without("b") == Balloon("x", 0, 2, cpus=0b11).holding("a", ONE)
    assert balloon.without("b").without("a") == Balloon("x", 0, 2, cpus=0b11)


@pytest.mark.parametrize(
    ("type_", "free", "room"),
    [
        (Type("x"), 3, 5000),
        (Type("x", max_cpus=4), 3, 4000),
        (Type("x", max_cpus=9), 3, 5000),
        (Type("x", max_cpus=4), 0, 2000),
        (Type("x", fixed=True), 3, 2000),
    ],
)
def test_room(type_: Type, free: int, room: int) -> None:
    """The limit of the type and free CPUs count, whichever is less."""
    assert Balloon("x", 0, 2, cpus=0b11).room(type_, free) == room


def test_idle_cpus_nearby_are_allowed() -> None:
    """Only as long as they are free."""
    balloon = Balloon("x", 1, 2, cpus=0b11, near=0b1111)
    state = State({"x[1]": balloon}, free=0b10100, places={"a": "x[1]"})

    assert state.of("a") is balloon
    assert state.allowed(balloon) == 0b111


def test_the_next_balloon_takes_the_lowest_number() -> None:
    """That none of its type has."""
    balloons = [Balloon("x", 0, 2), Balloon("x", 2, 3), Balloon("y", 1, 4)]
    state = State({one.name: one for one in balloons}, 0)

    assert [state.next_instance(name) for name in ("x", "y", "z")] == [1, 0, 0]
