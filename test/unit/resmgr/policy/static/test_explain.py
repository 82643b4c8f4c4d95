# SPDX-License-Identifier: Apache-2.0
"""Explanations of the static policy."""

import functools

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.sysfs import trees

from resmgr.model import Qos
from resmgr.policy import annotations

WANTED = {annotations.PREFER_ISOLATED: "true"}
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "1", "2", "3", "7", "300m", "1500m", "99"]),
    qos=st.sampled_from([None, None, Qos.BURSTABLE]),
    annotations=st.sampled_from([{}, WANTED]),
)
EVENTS = properties.rows(CREATE, ("1", "4"))
MAKE = functools.partial(Node, "static", trees.EXAMPLE.but(isolated="13-15"), reserved="0")


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(EVENTS, CREATE, st.fixed_dictionaries({"RelaxedIsolation": st.booleans()}))
def test_the_chosen_place_is_the_one_that_is_taken(
    events: list[Event], create: Create, config: dict[str, bool]
) -> None:
    """Exclusive CPUs come out of it; the default set is shared as it is."""
    make = functools.partial(MAKE, config=config)
    node = explained.after(make, events)
    explanation = explained.of(node, create)
    if explanation.refusal:
        return
    chosen = explanation.chosen
    held = explained.placed(node, create).assignments.get(create.name, 0)
    assert chosen is not None
    if not held:
        assert chosen.name == "default"
        assert chosen.cpus == explanation.cpus
        return
    isolated = node.machine.isolated
    kind = {(True, False): "isolated", (False, True): "ordinary"}
    parts = (bool(held & isolated), bool(held & ~isolated))

    assert held & ~chosen.cpus == 0
    assert chosen.name in {kind.get(parts), "ordinary and isolated"}


@pytest.mark.parametrize(
    ("create", "expected"),
    [
        (
            Create("z", cpu="500m"),
            {"default": "shares: yes", "ordinary": "default comes first by shares"},
        ),
        (
            Create("z", cpu="1"),
            {
                "default": "isolated comes first by isolated CPUs: 3 free, 1 wanted",
                "isolated": "isolated CPUs: 3 free, 1 wanted",
                "ordinary": "isolated comes first by isolated CPUs: 3 free, 1 wanted",
            },
        ),
        (
            Create("z", cpu="13"),
            {
                "isolated": "isolated CPUs: not preferred",
                "ordinary": "ordinary CPUs: 12 free, 13 wanted",
                "ordinary and isolated": "all CPUs: 15 free, 13 wanted",
            },
        ),
        (
            Create("z", cpu="4", annotations=WANTED),
            {
                "isolated": "isolated CPUs: 3 free, 4 wanted",
                "ordinary": "ordinary CPUs: 12 free, 4 wanted",
            },
        ),
    ],
)
def test_a_loser_names_the_rule_that_decided(create: Create, expected: dict[str, str]) -> None:
    """Or the one by which it could not be it."""
    whys = {one.name: one.why for one in explained.of(MAKE(), create).candidates}

    assert {name: whys[name] for name in expected} == expected


def test_the_rule_is_class_and_request() -> None:
    """Whole CPUs of guaranteed pods are exclusive."""
    assert explained.of(MAKE(), Create("z", cpu="2")).rule == (
        "guaranteed pod, request of whole CPUs: 2 for itself"
    )
    assert explained.of(MAKE(), Create("z", cpu="2", qos=Qos.BURSTABLE)).rule == (
        "QoS class Burstable, request of 2000m: shares the default CPUs"
    )
