# SPDX-License-Identifier: Apache-2.0
"""Explanations of the policy of pod pools."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.sysfs import trees

from resmgr.policy import interface
from resmgr.policy.explain import Explanation
from resmgr.policy.podpools.choose import ANNOTATION
from resmgr.policy.podpools.policy import PodPools

POOLS = st.lists(
    st.fixed_dictionaries(
        {
            "Name": st.sampled_from(["a", "b"]),
            "CPU": st.integers(1, 2),
            "Instances": st.integers(1, 3),
            "MaxPods": st.integers(1, 2),
            "FillOrder": st.sampled_from(["Balanced", "Packed", "FirstFree"]),
        }
    ),
    max_size=2,
    unique_by=lambda pool: pool["Name"],
)
CREATE = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=st.sampled_from(["", "100m", "3"]),
    pod=st.sampled_from(["", "", "p"]),
    annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "a", "b", "x"))]),
    namespace=st.sampled_from(["default", "kube-system"]),
)
EVENTS = properties.rows(CREATE, ("2",))
A = {ANNOTATION: "a"}


def node_with(pools: list[dict[str, Any]]) -> Node:
    """A node with pools."""
    return Node("podpools", trees.EXAMPLE, reserved="0", config={"Pools": pools})


def explain(pools: list[dict[str, Any]], *events: Event) -> Explanation:
    """Explain the container of the last event, where the others have happened."""
    return explained.last(lambda: node_with(pools), events)


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(POOLS, EVENTS, CREATE)
def test_the_chosen_pool_is_the_one_that_is_taken(
    pools: list[dict[str, Any]], events: list[Event], create: Create
) -> None:
    """Whether its pod is somewhere already or not."""
    try:
        node = explained.after(lambda: node_with(pools), events)
    except interface.BadConfiguration:
        hypothesis.reject()
    explanation = explained.of(node, create)
    state = explained.placed(node, create)
    assert isinstance(node.policy, PodPools)
    pool = node.policy.layout.pools[state.pods[state.members[create.name].pod].pool]

    assert explanation.chosen is not None
    assert explanation.chosen.name == pool.name


POOL = {"Name": "a", "CPU": 1, "Instances": 3, "MaxPods": 2}


def test_pods_decide_among_instances_with_room() -> None:
    """The one with the fewest, where pools are filled in balance."""
    before = [Create(name, annotations=A) for name in ("x", "y", "z", "u", "v")]
    explanation = explain([POOL], *before[:4], before[4])

    assert explanation.rule == "definition a by annotation"
    assert explained.whys(explanation) == {
        "reserved[0]": "a[1] comes first by definition: a",
        "default[0]": "a[1] comes first by definition: a",
        "a[0]": "a[1] is better by room for pods: no: 2 of 2 against yes",
        "a[1]": "definition: a; room for pods: yes; pods there (Balanced): 1",
        "a[2]": "a[1] comes first",
    }


def test_packed_pools_are_filled_one_after_the_other() -> None:
    """The most pods win."""
    pool = {**POOL, "FillOrder": "Packed"}
    explanation = explain([pool], Create("x", annotations=A), Create("y", annotations=A))

    assert (
        explained.whys(explanation)["a[1]"] == "a[0] is better by pods there (Packed): 0 against 1"
    )


def test_where_there_is_no_room_the_default_pool_is_the_last_resort() -> None:
    """The full ones tell how full they are."""
    pool = {**POOL, "Instances": 1, "MaxPods": 1}
    explanation = explain([pool], Create("x", annotations=A), Create("y", annotations=A))

    assert explanation.chosen is not None
    assert explanation.chosen.name == "default[0]"
    assert explained.whys(explanation)["a[0]"] == "room for pods: 1 of 1"


def test_a_pod_stays_together() -> None:
    """Nothing is compared for its second container."""
    explanation = explain(
        [POOL], Create("x", pod="p", annotations=A), Create("y", pod="p", annotations=A)
    )

    assert explanation.rule == "pods are not divided"
    assert explained.whys(explanation)["a[0]"] == "its pod is there: with 1 containers"


@pytest.mark.parametrize(
    ("create", "rule"),
    [
        (Create("z"), "definition default for namespace default"),
        (Create("z", namespace="kube-system"), "definition reserved for namespace kube-system"),
        (
            Create("z", annotations={ANNOTATION: "x"}),
            f"definition default: annotation {ANNOTATION} names pool 'x', which is not defined",
        ),
    ],
)
def test_the_rule_tells_where_the_definition_comes_from(create: Create, rule: str) -> None:
    """An annotation, right or wrong, or the namespace."""
    assert explain([POOL], create).rule == rule
