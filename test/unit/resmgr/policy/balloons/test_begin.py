# SPDX-License-Identifier: Apache-2.0
"""With which balloons the policy begins."""

from typing import Any

import pytest
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr.policy.interface import BadState

PAIR = {"Name": "pair", "Namespaces": ["p*"], "MaxCPUs": 2}
BIG = {"Name": "big", "Namespaces": ["b*"], "MinCPUs": 3}


def node(*types: dict[str, Any], **config: Any) -> Node:
    """A node of CPUs 0-15 in four NUMA nodes that reserves CPU 0."""
    given = {"BalloonTypes": list(types or (PAIR, BIG)), "PinMemory": False, **config}
    return Node("balloons", trees.EXAMPLE, reserved="0", config=given)


def crowd() -> Node:
    """Two pairs, a big one, and one container in the default balloon."""
    return (
        node()
        .happens(Create("a", cpu="2", namespace="p"))
        .happens(Create("b", cpu="1", namespace="p"))
        .happens(Create("c", cpu="1", namespace="p"))
        .happens(Create("d", cpu="4", namespace="b"))
        .happens(Create("e", cpu="1"))
    )


def places(old: Node, new: Node) -> dict[str, tuple[str, str]]:
    """Let another configuration count; give balloon and CPUs of all containers."""
    step = new.policy.start(old.policy.dump(old.state), list(old.subjects.values()))
    shown = new.policy.introspect(step.state)["Assignments"]
    return {name: (one["Pool"], one["SharedCPUs"]) for name, one in shown.items()}


STAY = {
    "a": ("pair[0]", "2-3"),
    "b": ("pair[1]", "1,4"),
    "c": ("pair[1]", "1,4"),
    "d": ("big[0]", "5-7,10"),
    "e": ("default[0]", "0"),
}


def test_the_same_configuration_leaves_everything() -> None:
    """Also in a policy that is made anew."""
    assert places(crowd(), node()) == STAY


@pytest.mark.parametrize(
    ("types", "changed"),
    [
        ((PAIR, BIG, {"Name": "more", "MinCPUs": 1, "MinBalloons": 1}), {}),
        ((BIG, PAIR), {}),
        ((PAIR,), {"d": ("default[0]", "0")}),
        ((PAIR, {**BIG, "MaxCPUs": 3}), {"d": ("default[0]", "0")}),
        (
            ({**PAIR, "MaxBalloons": 1}, BIG),
            {"b": ("default[0]", "0"), "c": ("default[0]", "0")},
        ),
        ((PAIR, {**BIG, "Namespaces": []}), {"d": ("default[0]", "0")}),
        ((PAIR, BIG, {"Name": "default", "MinCPUs": 1}), {"e": ("default[0]", "11")}),
    ],
)
def test_another_configuration_moves_only_who_has_to(
    types: tuple[dict[str, Any], ...], changed: dict[str, tuple[str, str]]
) -> None:
    """A type more, in another order, less, or with limits that a balloon does not keep."""
    assert places(crowd(), node(*types)) == {**STAY, **changed}


def test_balloons_that_have_to_be_there_count_more_than_who_is_there() -> None:
    """Then all are placed anew."""
    wide = {"Name": "wide", "MinCPUs": 8, "MinBalloons": 1}
    after = places(crowd(), node(PAIR, BIG, wide))

    assert after["d"] == ("default[0]", "0")
    assert places(crowd(), node(PAIR, BIG, {**wide, "MinCPUs": 7})) == STAY


def test_the_default_balloon_keeps_what_is_requested_of_it() -> None:
    """More than it has at least, and a CPU for those who request nothing."""
    old = node({"Name": "default", "MinCPUs": 1}).happens(Create("a", cpu="3"))
    idle = node({"Name": "default", "MinCPUs": 1}).happens(Create("a"))
    wider = node({"Name": "default", "MinCPUs": 2})

    assert places(old, wider) == {"a": ("default[0]", "1-3")}
    assert places(idle, node({"Name": "default", "MaxCPUs": 4})) == {"a": ("default[0]", "1")}


def test_what_the_default_balloon_has_may_be_needed_for_others() -> None:
    """Then who is in it is placed anew, if need be on the reserved CPUs: nobody has no CPU."""
    greedy = {"Name": "greedy", "MinCPUs": 15, "MinBalloons": 1}
    idle = node({"Name": "default", "MinCPUs": 1}).happens(Create("a"))
    after = places(idle, node({"Name": "default", "MaxCPUs": 4}, greedy))

    assert after == {"a": ("reserved[0]", "0")}


def test_namespaces_of_the_system_are_a_part_of_the_configuration() -> None:
    """Who belongs on the reserved CPUs now goes there."""
    assert places(crowd(), node(ReservedPoolNamespaces=["b"]))["d"] == ("reserved[0]", "0")


@pytest.mark.parametrize(
    ("entry", "text", "message"),
    [
        ("balloon/pair[0]", None, "is in no balloon"),
        ("balloon/default[0]", None, r"balloon default\[0\] is missing"),
        ("cpus", "0-1", "cannot be as it was"),
        ("cpus", "4-5", "cannot be as it was"),
        ("cpus", "1-3", "cannot be as it was"),
        ("type", "none", "cannot be as it was"),
        ("instance", 1, "cannot be as it was"),
    ],
)
def test_what_cannot_have_been_is_refused(entry: str, text: object, message: str) -> None:
    """CPUs twice, more than the type may have, or containers without a balloon."""
    old = crowd()
    saved: dict[str, str] = old.policy.dump(old.state)
    if text is None:
        del saved[entry]
    else:
        values = {"type": '"pair"', "instance": "0", "cpus": '"2-3"'}
        new = f'"{text}"' if isinstance(text, str) else str(text)
        key, former = "balloon/pair[0]", f'"{entry}": {values[entry]}'
        assert former in saved[key]
        saved[key] = saved[key].replace(former, f'"{entry}": {new}')

    with pytest.raises(BadState, match=message):
        node().policy.start(saved, list(old.subjects.values()))
