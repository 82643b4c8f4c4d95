# SPDX-License-Identifier: Apache-2.0
"""Explanations of static-plus."""

import functools

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.sysfs import trees

from resmgr.policy import annotations
from resmgr.policy.static_plus import wants

UNWANTED = {annotations.PREFER_ISOLATED: "false"}
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "1", "2", "5", "300m", "1500m", "2900m", "99"]),
    annotations=st.sampled_from([{}, UNWANTED]),
    namespace=st.sampled_from(["default", "default", wants.SYSTEM]),
)
EVENTS = properties.rows(CREATE, ("1", "4"))
MAKE = functools.partial(Node, "static-plus", trees.EXAMPLE.but(isolated="12-15"), reserved="0")


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(EVENTS, CREATE)
def test_the_chosen_place_is_the_one_that_is_taken(events: list[Event], create: Create) -> None:
    """By the name that the introspection page has for it."""
    node = explained.after(MAKE, events)
    explanation = explained.of(node, create)
    if explanation.refusal:
        return
    state = explained.placed(node, create)
    grant = state.grants[create.name]

    assert explanation.chosen is not None
    assert (
        explanation.chosen.name
        == (node.policy.introspect(state)["Assignments"][create.name]["Pool"])
    )
    assert grant.exclusive & ~explanation.chosen.cpus == 0


@pytest.mark.parametrize(
    ("create", "expected"),
    [
        (
            Create("z", cpu="5"),
            {
                "isolated": "isolated CPUs: 4 free, 5 wanted",
                "exclusive": "whole CPUs: 11 shared CPUs, 5 wanted",
                "shared": "exclusive comes first by whole CPUs: 11 shared CPUs, 5 wanted",
            },
        ),
        (
            Create("z", cpu="1", annotations=UNWANTED),
            {
                "isolated": "isolated CPUs: not preferred, by annotation",
                "exclusive": "whole CPUs: 11 shared CPUs, 1 wanted",
            },
        ),
        (
            Create("z", cpu="1500m", namespace=wants.SYSTEM),
            {
                "reserved": "namespace kube-system: yes",
                "shared": "reserved comes first by namespace kube-system",
            },
        ),
        (
            Create("z", cpu="99"),
            {"exclusive": "whole CPUs: 11 shared CPUs, 99 wanted; but it is refused"},
        ),
    ],
)
def test_a_loser_names_the_rule_that_decided(create: Create, expected: dict[str, str]) -> None:
    """Or the one by which it could not be it."""
    explanation = explained.of(MAKE(), create)
    whys = {one.name: one.why for one in explanation.candidates}

    assert {name: whys[name] for name in expected} == expected


def test_the_rule_is_the_request() -> None:
    """Divided into whole CPUs and the rest, or that of a system container."""
    assert explained.of(MAKE(), Create("z", cpu="1500m")).rule == (
        "request of 1500m: 1 CPUs for itself, 500m of shared ones"
    )
    assert explained.of(MAKE(), Create("z", cpu="1", namespace=wants.SYSTEM)).rule == (
        "namespace kube-system: 1000m of the reserved CPUs"
    )
