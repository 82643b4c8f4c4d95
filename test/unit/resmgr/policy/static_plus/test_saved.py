# SPDX-License-Identifier: Apache-2.0
"""The state of static-plus as texts."""

import json

import pytest

from resmgr.policy.interface import BadState
from resmgr.policy.static_plus import saved
from resmgr.policy.static_plus.pools import Pools
from resmgr.policy.static_plus.state import Grant, State

POOLS = Pools(isolated=0b1100, reserved=0b1, shared=0b1111_0010)


def grant(exclusive: object, shared: object = 0, number: object = 0) -> str:
    """A text of one container."""
    data = {"Exclusive": exclusive, "Shared": shared, "Number": number, "System": False}
    return json.dumps(data)


def test_what_is_dumped_is_loaded() -> None:
    """The oldest come first again, in whatever order the texts are."""
    state = State().giving("z", Grant(0b10, 300, 4), POOLS).giving("a", Grant(0, 7, 5), POOLS)
    texts = saved.dump(state)
    loaded = saved.load(dict(sorted(texts.items())), POOLS)

    assert loaded == state
    assert list(loaded.grants) == ["z", "a"]


def test_entries_are_those_of_one_container() -> None:
    """None for one that is gone, nothing for one that has the same."""
    state = State().giving("a", Grant(0, 7, 0), POOLS)

    assert saved.entries(State(), state, "a") == {"a": grant("", 7)}
    assert saved.entries(state, State(), "a") == {"a": None}
    assert saved.entries(state, state, "a") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "3",
        grant(3),
        grant("1", "x"),
        grant("x"),
        grant("", -1),
        grant("1", 0, None),
    ],
)
def test_what_is_no_grant_is_refused(text: str) -> None:
    """With a message of what is wrong."""
    with pytest.raises(BadState, match="cannot read the saved state of policy static-plus"):
        saved.load({"a": text}, POOLS)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": grant("1"), "b": grant("1", 0, 1)}, "allocated twice"),
        ({"a": grant("0")}, "may not be used any more: available are 1,4-7, isolated 2-3"),
        ({"a": grant("9")}, "may not be used any more"),
        ({"a": grant("1-2")}, "some are isolated and others not"),
    ],
)
def test_cpus_that_are_not_there_to_give_are_refused(texts: dict[str, str], message: str) -> None:
    """Constraints may have changed since."""
    with pytest.raises(BadState, match=message):
        saved.load(texts, POOLS)
