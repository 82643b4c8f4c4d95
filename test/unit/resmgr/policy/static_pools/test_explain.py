# SPDX-License-Identifier: Apache-2.0
"""Explanations of static-pools."""

import functools

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import explained, properties
from unit.resmgr.policy.playbook import Create, Event, Node
from unit.resmgr.policy.static_pools.asking import asking
from unit.resmgr.sysfs import trees

from resmgr.policy.explain import Explanation

POOLS = {
    "x": {
        "exclusive": True,
        "cpuLists": [{"Socket": n % 2, "Cpuset": f"{n},{n + 4}"} for n in range(3)],
    },
    "infra": {"cpuLists": [{"Socket": 0, "Cpuset": "3"}]},
    "shared": {
        "cpuLists": [
            {"Socket": 0, "Cpuset": "3"},
            {"Socket": 1, "Cpuset": "7"},
            {"Socket": 1, "Cpuset": "7"},
        ]
    },
}
CREATE = st.builds(
    asking,
    st.sampled_from(properties.NAMES),
    st.integers(0, 3),
    st.sampled_from(["", "x", "x", "infra", "nowhere"]),
    st.sampled_from(["", "0", "1", "9"]),
)
EVENTS = properties.rows(CREATE, ("1", "4"))
MAKE = functools.partial(Node, "static-pools", trees.LAPTOP, config={"pools": POOLS})


@hypothesis.settings(deadline=None, max_examples=150)
@hypothesis.given(EVENTS, CREATE)
def test_the_chosen_lists_are_those_that_are_taken(events: list[Event], create: Create) -> None:
    """As many as are requested of an exclusive pool, else one."""
    node = explained.after(MAKE, events)
    explanation = explained.of(node, create)
    if explanation.refusal:
        return
    held = explained.placed(node, create).held[create.name]
    chosen = [one for one in explanation.candidates if one.chosen]

    assert [one.cpus for one in chosen] == list(held.lists)
    assert {one.name.split("/")[0] for one in chosen} == {held.pool}


def explain(*events: Event) -> Explanation:
    """Explain the container of the last event, where the others have happened."""
    return explained.last(MAKE, events)


def test_lists_in_use_lose() -> None:
    """And those of other pools or sockets are not looked at."""
    explanation = explain(asking("a", 1, "x"), asking("b", 1, "x"))

    assert explained.whys(explanation) == {
        "x/0/0,4": "x/1/1,5 is better by in use: yes against no",
        "x/1/1,5": "free",
        "x/0/2,6": "x/1/1,5 is better by order: 3 against 2",
        "infra/0/3": "is of pool infra",
        "shared/0/3": "is of pool shared",
        "shared/1/7": "is of pool shared",
        "shared/1/7#2": "is of pool shared",
    }


def test_the_list_with_the_fewest_containers_wins() -> None:
    """Of a pool that is not exclusive."""
    explanation = explain(asking("a"), asking("b"))

    assert explained.whys(explanation)["shared/0/3"] == (
        "shared/1/7 is better by containers: 1 against 0"
    )


def test_too_few_lists_are_told_one_by_one() -> None:
    """Those in use, and those that would not be enough."""
    explanation = explain(asking("a", 1, "x"), asking("b", 3, "x"))

    assert "not enough free cpu lists" in explanation.refusal
    assert explained.whys(explanation)["x/0/0,4"] == "is in use"
    assert explained.whys(explanation)["x/1/1,5"] == "is not enough"


@pytest.mark.parametrize(
    ("create", "rule"),
    [
        (asking("z"), "pool shared since nothing names one"),
        (
            asking("z", 2, "x", "0"),
            (
                "pool x by environment STP_POOL, 2 of cmk.intel.com/exclusive-cores requested,"
                " socket 0"
            ),
        ),
        (
            asking("z", command=("cmk", "isolate", "--pool=infra", "run")),
            "pool infra by the command line",
        ),
    ],
)
def test_the_rule_tells_where_the_pool_comes_from(create: Create, rule: str) -> None:
    """The environment, the command line, or neither."""
    assert explain(create).rule == rule
