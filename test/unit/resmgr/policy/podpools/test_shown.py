# SPDX-License-Identifier: Apache-2.0
"""What is seen of pools."""

from resmgr.policy.podpools import shown
from resmgr.policy.podpools.layout import Layout, Pool
from resmgr.policy.podpools.state import Member, Place, State

LAYOUT = Layout(
    (Pool("reserved", 0, 0b1, 0b1), Pool("default", 0, 0b1110, 0b11)),
    {"reserved": (0,), "default": (1,)},
    {},
)
STATE = State().settled("p", Place("pod", 1)).having("a", Member("p", 500))


def test_introspection_shows_pools_and_who_is_in_them() -> None:
    """CPUs in lists, memory nodes without ranges."""
    seen = shown.pools(LAYOUT, STATE)

    assert list(seen["Pools"]) == ["reserved[0]", "default[0]"]
    assert seen["Pools"]["default[0]"] == {
        "Name": "default[0]",
        "CPUs": "1-3",
        "Memory": "0,1",
        "Parent": "",
        "Children": [],
    }
    assert seen["Assignments"] == {
        "a": {
            "SharedCPUs": "1-3",
            "CPUShare": 512,
            "ExclusiveCPUs": "",
            "Memory": "0,1",
            "Pool": "default[0]",
        }
    }


def test_metrics_have_a_value_for_each_pool() -> None:
    """However many containers there are."""
    values = {one.metric.name: list(one.values) for one in shown.metrics(LAYOUT, STATE)}

    assert values == {
        "podpools_pool_cpus": [
            (("podpools", "reserved[0]", "reserved", "0", "0", "1000"), 1),
            (("podpools", "default[0]", "default", "1-3", "0,1", "3000"), 3),
        ],
        "podpools_pool_pods": [(("reserved[0]",), 0), (("default[0]",), 1)],
        "podpools_pool_requested_millicpus": [(("reserved[0]",), 0), (("default[0]",), 500)],
    }
    assert all(
        len(labels) == len(one.metric.labels)
        for one in shown.metrics(LAYOUT, STATE)
        for labels, _ in one.values
    )


def test_what_is_kept_tells_pools_apart() -> None:
    """By their CPUs and how many pods fit."""
    other = Layout((LAYOUT.pools[0],), {"reserved": (0,)}, {})

    assert shown.kept(LAYOUT) != shown.kept(other)
