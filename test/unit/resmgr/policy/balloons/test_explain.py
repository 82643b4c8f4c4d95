# SPDX-License-Identifier: Apache-2.0
"""Explanations of the policy of balloons."""

import re
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import interface
from resmgr.policy.balloons.choose import ANNOTATION
from resmgr.policy.explain import Candidate, Explanation

FLAGS = ("PreferSpreadingPods", "PreferPerNamespaceBalloon", "PreferNewBalloons")
TYPES = st.lists(
    st.fixed_dictionaries(
        {
            "Name": st.sampled_from(["a", "b", "default"]),
            "MaxCPUs": st.sampled_from([0, 1, 2, 3]),
        },
        optional={
            "MinCPUs": st.just(1),
            "MaxBalloons": st.sampled_from([0, 1, 2]),
            "Namespaces": st.just(["n*"]),
            **{name: st.booleans() for name in FLAGS},
        },
    ),
    max_size=3,
    unique_by=lambda one: one["Name"],
).map(lambda types: [_of_built_in(one) if one["Name"] == "default" else one for one in types])
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "100m", "1", "1500m", "3", "99"]),
    pod=st.sampled_from(["", "p", "q"]),
    annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "a", "b", "x"))]),
    namespace=st.sampled_from(["default", "n", "kube-system"]),
)
EVENTS = properties.rows(CREATE, ("500m", "2", "5"))


def _of_built_in(type_: dict[str, Any]) -> dict[str, Any]:
    return {key: type_[key] for key in ("Name", "MinCPUs", "MaxCPUs") if key in type_}


def node_with(types: list[dict[str, Any]]) -> Node:
    """A node with types of balloons."""
    return Node("balloons", trees.EXAMPLE, reserved="0", config={"BalloonTypes": types})


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(TYPES, EVENTS, CREATE)
def test_the_chosen_balloon_is_the_one_that_is_taken(
    types: list[dict[str, Any]], events: list[Event], create: Create
) -> None:
    """By the way that the decision names; a new one has the name that it will have."""
    try:
        node = explained.after(lambda: node_with(types), events)
    except interface.BadConfiguration:
        hypothesis.reject()
    explanation = explained.of(node, create)
    if explanation.refusal:
        return
    chosen = explanation.chosen
    assert chosen is not None
    assert chosen.name == explained.placed(node, create).places[create.name]
    told = re.search(r"type (.*) by (.*), (.*); its CPUs", explanation.text[0])
    assert told is not None
    assert explanation.rule == f"type {told[1]} by {told[2]}"
    if told[3] != "the only one":
        assert chosen.why.startswith(f"{told[3]}: ")
        _is_beaten_by(chosen, told[3], explanation)


def _is_beaten_by(chosen: Candidate, way: str, explanation: Explanation) -> None:
    """Whoever was looked at by the way that decided has lost by that."""
    won = dict(chosen.scores)[way]
    for one in explanation.candidates:
        mine = dict(one.scores).get(way)
        if one is chosen or mine is None:
            assert one is chosen or one.why.startswith("is not of type")
        elif mine == won:
            assert one.why == f"{chosen.name} is as good by {way}, and comes first"
        else:
            assert one.why == f"{chosen.name} is better by {way}: {mine} against {won}"


def explain(types: list[dict[str, Any]], *events: Event) -> Explanation:
    """Explain the container of the last event, where the others have happened."""
    return explained.last(lambda: node_with(types), events)


A = {ANNOTATION: "a"}


def test_the_first_way_that_gives_a_balloon_decides() -> None:
    """All balloons are compared by it, those of other types are not."""
    types = [{"Name": "a", "MaxCPUs": 2, "PreferSpreadingPods": True}]
    explanation = explain(
        types,
        Create("x", cpu="1500m", annotations=A),
        Create("y", cpu="1800m", annotations=A),
        Create("z", cpu="200m", annotations=A),
    )

    assert explanation.rule == "type a by annotation"
    assert explained.whys(explanation) == {
        "reserved[0]": "is not of type a",
        "default[0]": "is not of type a",
        "a[0]": "balanced: 500m left",
        "a[1]": "a[0] is better by balanced: 200m left against 500m left",
        "a[2]": "a[0] is better by balanced: not there yet against 500m left",
    }


def test_a_balloon_that_is_full_is_told() -> None:
    """With what is wanted and what there is."""
    types = [{"Name": "a", "MaxCPUs": 2, "MaxBalloons": 1}]
    explanation = explain(
        types,
        Create("x", cpu="2", annotations=A),
        Create("z", cpu="200m", annotations=A),
    )

    assert "no suitable balloon instance" in explanation.refusal
    assert explained.whys(explanation)["a[0]"] == "has no room: 200m wanted, 0m left if it grows"
    assert explained.whys(explanation)["a[1]"] == "cannot be made: there are 1, and 1 at most"


def test_growth_is_told_down_the_tree() -> None:
    """From the whole machine to the smallest part that has the CPUs."""
    explanation = explain([{"Name": "a"}], Create("z", cpu="2", annotations=A))
    assert explanation.chosen is not None
    cpus = cpuset.show(explanation.cpus)

    assert explanation.text[1] == (
        f"balloon a[0] grows by CPUs {cpus}: in the smallest part of the machine that has as many"
        " free, where most of its own are, else fewest free ones"
    )
    assert explanation.text[2] == "system: 15 CPUs free, 0 of the balloon"
    assert len(explanation.text) > 4


@pytest.mark.parametrize(
    ("create", "rule"),
    [
        (Create("z"), "type default by no other type"),
        (Create("z", namespace="n1"), "type a by namespace n1"),
        (Create("z", namespace="kube-system"), "type reserved by namespace kube-system"),
        (Create("z", annotations={ANNOTATION: "x"}), f"annotation {ANNOTATION} names no type"),
    ],
)
def test_the_rule_tells_where_the_type_comes_from(create: Create, rule: str) -> None:
    """An annotation, a namespace, or nothing else."""
    assert explain([{"Name": "a", "Namespaces": ["n*"]}], create).rule == rule


def test_a_built_in_balloon_is_the_only_one() -> None:
    """However full it is."""
    explanation = explain([{"Name": "a"}], Create("z", cpu="9"))

    assert explained.whys(explanation) == {
        "reserved[0]": "is not of type default",
        "default[0]": "the only one of its type",
    }
