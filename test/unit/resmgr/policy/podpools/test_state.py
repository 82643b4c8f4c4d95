# SPDX-License-Identifier: Apache-2.0
"""What is remembered of pods in pools."""

import pytest

from resmgr.policy.interface import BadState
from resmgr.policy.podpools import state
from resmgr.policy.podpools.state import Load, Member, Place, State

NAMES = {0: "reserved[0]", 1: "default[0]", 2: "own[0]"}


def two() -> State:
    """A pod of two containers."""
    alone = State().settled("p", Place("pod", 2)).having("a", Member("p", 500))
    return alone.having("b", Member("p", 700))


def test_requests_add_up() -> None:
    """Those of the pod and of its pool; the most is kept when one asks for less."""
    found = two().having("b", Member("p", 100))

    assert found.pods["p"] == Place("pod", 2, containers=2, requested=600, peak=1200)
    assert found.load(2) == Load(pods=1, requested=600)


def test_a_pod_leaves_with_its_last_container() -> None:
    """Nothing of it is left."""
    assert two().without("a").load(2) == Load(pods=1, requested=700)
    assert two().without("a").without("b") == State()


def test_what_is_dumped_is_loaded() -> None:
    """Pools by their names."""
    kept = state.load(state.dump(two(), NAMES, "pools"))

    assert kept == state.Kept("pools", {"p": ("pod", "own[0]", 1200)}, dict(two().members))


def test_entries_are_those_of_one_container_and_its_pod() -> None:
    """However many others there are; what is as it was is not among them."""
    before, after = two(), two().without("b").without("a")

    assert state.entries(before, before, "a", NAMES) == {}
    assert state.entries(before, before.without("a"), "a", NAMES).keys() == {
        "container/a",
        "pod/p",
    }
    assert state.entries(before.without("b"), after, "a", NAMES) == {
        "container/a": None,
        "pod/p": None,
    }


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("pod/p", "no JSON"),
        ("pod/p", "[]"),
        ("pod/p", '{"name": "p", "pool": 1, "peak": 0}'),
        ("container/a", '{"pod": "p"}'),
        ("container/a", '{"pod": "p", "request": -1}'),
        ("container/a", '{"pod": "p", "request": true}'),
        ("container/a", "[" * 100_000),
    ],
)
def test_what_cannot_be_read_is_refused(key: str, text: str) -> None:
    """Whatever it is."""
    with pytest.raises(BadState, match="cannot read the saved state of policy podpools"):
        state.load({"layout": "", key: text})


def test_without_pools_of_the_time_nothing_is_read() -> None:
    """A state has them."""
    with pytest.raises(BadState):
        state.load({})
