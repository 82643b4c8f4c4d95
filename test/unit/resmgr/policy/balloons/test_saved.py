# SPDX-License-Identifier: Apache-2.0
"""What is remembered of balloons."""

import pytest

from resmgr.policy.balloons import saved
from resmgr.policy.balloons.state import Balloon, Member, State
from resmgr.policy.balloons.types import Type
from resmgr.policy.interface import BadState
from resmgr.policy.supply import Supply

ABOUT = {saved.CONFIGURATION: "that of the time", saved.CLASSES: ""}
MEMBER = Member("p", "n", 500)
BEFORE = State(
    {"x[1]": Balloon("x", 1, 3, 0b110).holding("a", MEMBER), "x[0]": Balloon("x", 0, 2, 0b1000)},
    free=0b10000,
    places={"a": "x[1]"},
)


def test_what_is_dumped_is_loaded() -> None:
    """Balloons by their age and without containers, containers with the balloon they are in."""
    kept = saved.load(saved.dump(BEFORE, ABOUT))

    assert kept == saved.Kept(
        "that of the time",
        "",
        (Balloon("x", 0, 2, 0b1000), Balloon("x", 1, 3, 0b110)),
        {"a": ("x[1]", MEMBER)},
    )


def test_entries_are_those_that_differ() -> None:
    """However many others there are."""
    empty = State({"x[1]": BEFORE.balloons["x[1]"].without("a")}, 0b11000)

    assert saved.entries(BEFORE, BEFORE, "a") == {}
    assert saved.entries(BEFORE, empty, "a") == {"balloon/x[0]": None, "container/a": None}
    assert saved.entries(empty, BEFORE, "a").keys() == {"balloon/x[0]", "container/a"}


def test_configurations_are_told_apart_by_what_places_containers() -> None:
    """Classes of CPUs are none of it."""
    supply = Supply(0b111, 0b1)
    one = saved.configuration({"x": Type("x", cpu_class="a")}, supply, ("n",))

    assert one == saved.configuration({"x": Type("x", cpu_class="b")}, supply, ("n",))
    assert one != saved.configuration({"x": Type("x", max_cpus=1)}, supply, ("n",))
    assert one != saved.configuration({"x": Type("x")}, Supply(0b11, 0b1), ("n",))
    assert one != saved.configuration({"x": Type("x")}, supply, ("m",))


def test_classes_are_told_apart() -> None:
    """Empty text is for none at all."""
    assert saved.classes({"x": Type("x")}, "") == ""
    assert saved.classes({"x": Type("x", cpu_class="a")}, "") != saved.classes({}, "a") != ""


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("balloon/x", "no JSON"),
        ("balloon/x", '{"type": "x", "instance": 0, "number": 0}'),
        ("balloon/x", '{"type": "x", "instance": 0, "number": -1, "cpus": ""}'),
        ("balloon/x", '{"type": "x", "instance": 0, "number": 0, "cpus": "3-1"}'),
        ("container/a", '{"balloon": "x", "pod": "p", "namespace": 1, "request": 0}'),
        ("container/a", "[" * 100_000),
    ],
)
def test_what_cannot_be_read_is_refused(key: str, text: str) -> None:
    """Whatever it is."""
    with pytest.raises(BadState, match="cannot read the saved state of policy balloons"):
        saved.load({**ABOUT, key: text})


def test_without_a_configuration_nothing_is_read() -> None:
    """A state has one."""
    with pytest.raises(BadState):
        saved.load({})
