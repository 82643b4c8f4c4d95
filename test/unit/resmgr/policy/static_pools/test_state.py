# SPDX-License-Identifier: Apache-2.0
"""Who has which lists."""

import json

import pytest
from unit.resmgr.sysfs import trees

from resmgr.policy.interface import BadState
from resmgr.policy.static_pools import pools, state
from resmgr.policy.static_pools.state import Held, State

POOLS = pools.read(
    {
        "pools": {
            "x": {"exclusive": True, "cpuLists": [{"Cpuset": "0,1"}, {"Cpuset": "2,3"}]},
            "shared": {"cpuLists": [{"Cpuset": "4-7"}]},
        }
    },
    trees.FLAT.machine(),
)
BOTH = Held("x", -1, 2, (0b11, 0b1100))
SHARES = Held("shared", 0, 0, (0xF0,), affinity=False)


def test_users_are_counted() -> None:
    """And go with their containers."""
    made = State().having("a", BOTH).having("s", SHARES).having("t", SHARES)

    assert made.users == {("x", 0b11): 1, ("x", 0b1100): 1, ("shared", 0xF0): 2}
    assert made.forgetting("s").having("t", BOTH).users.keys() == {("x", 0b11), ("x", 0b1100)}
    assert made.forgetting("a").forgetting("s").forgetting("t").forgetting("t") == State()


def test_what_is_dumped_is_loaded() -> None:
    """With each list by itself, so that those of several lists are found again."""
    made = State().having("a", BOTH).having("s", SHARES)

    assert json.loads(state.dump(made)["a"])["Cpusets"] == ["0-1", "2-3"]
    assert state.load(state.dump(made), POOLS) == made


def saved(**changes: object) -> dict[str, str]:
    """The text of one container in pool x."""
    data = {"Pool": "x", "Socket": -1, "NExclusiveCPUs": 1, "Cpusets": ["2-3"], "NoAffinity": False}
    return {"a": json.dumps(data | changes)}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (saved(Pool="y"), "container a is in pool y, which is not configured any more"),
        (saved(NExclusiveCPUs=0), "pool x of container a is exclusive now"),
        (saved(Pool="shared"), "pool shared of container a is not exclusive any more"),
        (saved(Cpusets=["3"]), "container a has CPUs 3, which are no list of pool x any more"),
        (saved() | {"b": saved()["a"]}, "container b has a list of pool x that another one has"),
        (saved(Cpusets="2-3"), "cannot read"),
        (saved(Cpusets=[1]), "cannot read"),
        (saved(Socket=None), "cannot read"),
        ({"a": ""}, "cannot read"),
        ({"a": "[]"}, "cannot read"),
    ],
)
def test_what_does_not_fit_is_refused(texts: dict[str, str], message: str) -> None:
    """Pools may have changed since."""
    with pytest.raises(BadState, match=message):
        state.load(texts, POOLS)
