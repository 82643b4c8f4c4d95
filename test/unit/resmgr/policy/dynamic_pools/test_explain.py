# SPDX-License-Identifier: Apache-2.0
"""Explanations of dynamic-pools."""

import functools

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.sysfs import trees

from resmgr.policy.dynamic_pools import choose
from resmgr.policy.dynamic_pools.policy import DynamicPools

TYPES = [{"Name": "a", "Namespaces": ["a*"]}, {"Name": "b", "Namespaces": ["*b"]}, {"Name": "d"}]
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "0", "100m", "3", "20"]),
    limit=st.sampled_from(["", "2"]),
    namespace=st.sampled_from(["default", "a", "ab", "b", "kube-system"]),
    annotations=st.sampled_from([{}, {}, {choose.ANNOTATION: "d"}, {choose.ANNOTATION: "x"}]),
)
EVENTS = properties.rows(CREATE, ("200m", "4"))
MAKE = functools.partial(
    Node, "dynamic-pools", trees.EXAMPLE, reserved="0", config={"DynamicPoolTypes": TYPES}
)


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(EVENTS, CREATE)
def test_the_chosen_pool_is_the_one_that_is_taken(events: list[Event], create: Create) -> None:
    """And what the explanation says of it is what the decision says."""
    node = explained.after(MAKE, events)
    explanation = explained.of(node, create)
    if explanation.refusal:
        return
    assert isinstance(node.policy, DynamicPools)
    number = explained.placed(node, create).members[create.name].pool

    assert explanation.chosen is not None
    assert explanation.chosen.name == node.policy.options.types[number].name
    assert explanation.text[0].endswith(explanation.rule)


def test_a_loser_names_the_rule_that_decided() -> None:
    """The first one that speaks for somebody."""
    explanation = explained.of(MAKE(), Create("z", cpu="1", namespace="ab"))

    assert {one.name: one.why for one in explanation.candidates} == {
        "reserved": "a comes first by namespaces: ab is one of them",
        "shared": "a comes first by namespaces: ab is one of them",
        "a": "namespaces: ab is one of them",
        "b": "a comes first",
        "d": "a comes first by namespaces: ab is one of them",
    }


@pytest.mark.parametrize(
    ("create", "rule"),
    [
        (Create("z", namespace="a"), "dynamicPool shared: it asks for no CPU"),
        (
            Create("z", cpu="1", annotations={choose.ANNOTATION: "d"}),
            "dynamicPool d: an annotation says so",
        ),
        (
            Create("z", namespace="kube-system"),
            "dynamicPool reserved: namespace kube-system is reserved",
        ),
        (Create("z", cpu="1"), "dynamicPool shared: no other pool is for it"),
        (
            Create("z", cpu="1", annotations={choose.ANNOTATION: "x"}),
            f"annotation {choose.ANNOTATION} names no pool",
        ),
    ],
)
def test_the_rule_tells_why(create: Create, rule: str) -> None:
    """What it asks for, an annotation, or its namespace."""
    assert explained.of(MAKE(), create).rule == rule


def test_what_can_never_be_met_is_not_chosen() -> None:
    """The pool that would be it says so."""
    explanation = explained.of(MAKE(), Create("z", cpu="99"))

    assert explanation.candidates[1].why == "no other rule: yes; but it is refused"
