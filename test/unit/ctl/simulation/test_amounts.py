# SPDX-License-Identifier: Apache-2.0
"""Requests and limits: defaults, what is wrong, classes, and what the kubelet makes of them."""

from typing import Any

import pytest

from ctl.simulation import amounts
from resmgr.config.problem import Findings, Place
from resmgr.model import LinuxResources, Qos


def read(**given: Any) -> amounts.Resources:
    """Resources that are right."""
    findings = Findings()
    found = amounts.read(given, Place("resources", findings))

    assert findings.problems() == []
    return found


def problems(given: Any) -> list[str]:
    """What is wrong with resources."""
    findings = Findings()
    amounts.read(given, Place("resources", findings))
    return [str(one) for one in findings.problems()]


def test_a_limit_is_the_request_where_there_is_none() -> None:
    """As the API server fills it in, for each resource by itself."""
    found = read(limits={"cpu": 2, "memory": "1Gi", "vendor.com/nic": 1}, requests={"cpu": 0.5})

    assert found.requests == {"cpu": 5 * 10**8, "memory": 2**30 * 10**9, "vendor.com/nic": 10**9}
    assert found.texts["requests"] == {"cpu": "0.5", "memory": "1Gi", "vendor.com/nic": "1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"limits": {"cpu": "2x"}}, 'resources.limits.cpu: "2x" is not a quantity'),
        ({"limits": {"cpu": -1}}, 'resources.limits.cpu: "-1" is negative'),
        ({"limits": {"cpu": True}}, "resources.limits.cpu: expected a quantity, got true"),
        ({"limits": [1]}, "resources.limits: expected a mapping from resource to quantity"),
        ([1], "resources: expected a mapping, got a list"),
        (
            {"limits": {"cpu": 1}, "requests": {"cpu": 2}},
            "resources.requests.cpu: 2 is more than the limit 1",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(given: Any, said: str) -> None:
    """And nothing else is."""
    assert [one for one in problems(given) if not one.startswith(said)] == []
    assert problems(given) != []


BOTH = {"cpu": 1, "memory": "1Gi"}


@pytest.mark.parametrize(
    ("containers", "qos"),
    [
        ([{}], Qos.BEST_EFFORT),
        ([{"limits": BOTH}], Qos.GUARANTEED),
        ([{"limits": BOTH}, {}], Qos.BURSTABLE),
        ([{"limits": BOTH, "requests": {"cpu": "500m"}}], Qos.BURSTABLE),
        ([{"limits": {"cpu": 1}}], Qos.BURSTABLE),
        ([{"requests": {"cpu": 0}}], Qos.BEST_EFFORT),
        ([{"limits": {"vendor.com/nic": 1}}], Qos.BEST_EFFORT),
        ([{"limits": BOTH}, {"limits": BOTH}], Qos.GUARANTEED),
    ],
)
def test_the_class_is_that_of_kubernetes(containers: list[dict[str, Any]], qos: Qos) -> None:
    """Of CPU and memory alone; a request of nothing is none."""
    assert amounts.qos(amounts.Resources(), [read(**one) for one in containers]) is qos


def test_resources_of_the_pod_count_more() -> None:
    """Those of its containers do not matter to its class then."""
    assert amounts.qos(read(limits=BOTH), [amounts.Resources()]) is Qos.GUARANTEED


def test_the_kubelet_writes_shares_quota_and_limit() -> None:
    """A period is always there, other values where they are limited."""
    made = amounts.linux(read(limits={"cpu": "1500m", "memory": "1Gi"}, requests={"cpu": 1}))

    assert made == LinuxResources(shares=1024, quota=150_000, period=100_000, memory_limit=2**30)
    assert amounts.linux(amounts.Resources()) == LinuxResources(shares=2, period=100_000)


def test_a_request_of_nothing_takes_the_limit() -> None:
    """As the kubelet does for containers that say 0."""
    made = amounts.linux(read(limits={"cpu": 2}, requests={"cpu": 0}))

    assert made.shares == 2048
