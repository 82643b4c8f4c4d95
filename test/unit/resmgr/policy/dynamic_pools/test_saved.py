# SPDX-License-Identifier: Apache-2.0
"""The state of dynamic-pools as texts."""

import json

import pytest

from resmgr.policy.dynamic_pools import saved, types
from resmgr.policy.dynamic_pools.state import Member, Pool, State
from resmgr.policy.interface import BadState

OPTIONS = types.read({"DynamicPoolTypes": [{"Name": "a"}]})
STATE = State((Pool(1), Pool(6), Pool(8, weight=0)))


def test_what_is_dumped_is_loaded() -> None:
    """By names of pools, since numbers may be others later."""
    state = STATE.joining("u:c", Member(2, 500, 700)).weighing((0, 0, 300))
    kept = saved.load(saved.dump(state, OPTIONS))

    assert kept == saved.Kept(
        saved.rules(OPTIONS),
        {"reserved": (1, 0), "shared": (6, 0), "a": (8, 300)},
        {"u:c": ("a", 500, 700)},
    )


def test_rules_are_other_ones_if_containers_may_move() -> None:
    """Classes and priorities do not matter to them."""
    other = types.read({"DynamicPoolTypes": [{"Name": "a", "Namespaces": ["x"]}]})
    faster = types.read({"DynamicPoolTypes": [{"Name": "a", "CPUClass": "x"}]})

    assert saved.rules(other) != saved.rules(OPTIONS) == saved.rules(faster)


def test_entries_are_what_differs() -> None:
    """Pools that changed, and one container."""
    after = STATE.joining("u:c", Member(2, 500)).holding((1, 4, 10))

    assert set(saved.entries(STATE, after, OPTIONS, "u:c")) == {"pool:shared", "pool:a", "u:c"}
    assert saved.entries(after, after.leaving("u:c"), OPTIONS, "u:c") == {"u:c": None}
    assert saved.entries(STATE, STATE, OPTIONS) == {}


@pytest.mark.parametrize(
    "texts",
    [
        {"pool:a": "{"},
        {"pool:a": "[]"},
        {"pool:a": json.dumps({"CPUs": "x", "Weight": 0})},
        {"pool:a": json.dumps({"CPUs": "1", "Weight": -1})},
        {"pool:a": json.dumps({"CPUs": 1, "Weight": 0})},
        {"c": json.dumps({"Pool": "a", "Request": None, "Limit": 0})},
        {"c": "{}"},
    ],
)
def test_what_cannot_be_read_is_refused(texts: dict[str, str]) -> None:
    """With what is wrong."""
    with pytest.raises(BadState, match="cannot read the saved state of policy dynamic-pools"):
        saved.load(texts)
