# SPDX-License-Identifier: Apache-2.0
"""Types of balloons."""

from typing import Any

import pytest

from resmgr.policy.allocator import Priority
from resmgr.policy.balloons import types
from resmgr.policy.balloons.tree import Level
from resmgr.policy.interface import BadConfiguration


def read(*given: dict[str, Any], **policy: Any) -> dict[str, types.Type]:
    """Read types of a configuration."""
    return types.read({"BalloonTypes": list(given), **policy})


def test_two_types_there_always_are() -> None:
    """Their balloons have the reserved CPUs."""
    assert list(read()) == ["reserved", "default"]
    assert {one.fixed for one in read().values()} == {True}
    assert {one.priority for one in read().values()} == {Priority.NONE}


def test_types_have_keys_in_any_case() -> None:
    """And what they are not given by themselves, by the policy."""
    found = read(
        {
            "name": "a",
            "CpuClass": "turbo",
            "MINCPUS": 1,
            "MaxCPUs": 2,
            "MinBalloons": 3,
            "MaxBalloons": 4,
            "Namespaces": ["x"],
            "AllocatorPriority": 2,
            "ShareIdleCPUsInSame": "NUMA",
            "PreferSpreadOnPhysicalCores": False,
            "PreferNewBalloons": True,
            "PreferPerNamespaceBalloon": True,
            "PreferSpreadingPods": True,
        },
        {"Name": "b", "CPUClass": None},
        PreferSpreadOnPhysicalCores=True,
        AllocatorTopologyBalancing=True,
    )

    assert found["a"] == types.Type(
        "a",
        namespaces=("x",),
        min_cpus=1,
        max_cpus=2,
        priority=Priority.LOW,
        cpu_class="turbo",
        min_balloons=3,
        max_balloons=4,
        spread_pods=True,
        per_namespace=True,
        prefer_new=True,
        share=Level.NUMA,
        balance=True,
    )
    assert found["b"] == types.Type("b", spread_cores=True, balance=True)


def test_built_in_types_may_be_changed() -> None:
    """The default one has CPUs of its own if it is told how many."""
    found = read(
        {"Name": "default", "MinCPUs": 2, "MaxCPUs": 4, "ShareIdleCPUsInSame": "numa"},
        {"Name": "reserved", "AllocatorPriority": 1, "CPUClass": "slow", "Namespaces": ["x*"]},
    )

    assert found["default"] == types.Type("default", min_cpus=2, max_cpus=4, priority=Priority.NONE)
    assert found["reserved"] == types.Type(
        "reserved",
        namespaces=("x*",),
        priority=Priority.NORMAL,
        cpu_class="slow",
        fixed=True,
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "undefined or empty balloon name"),
        ({"Name": "a", "MinCPUs": 3, "MaxCPUs": 2}, "invalid configuration: MinCPUs 3 is more"),
        ({"Name": "a", "MinBalloons": 3, "MaxBalloons": 2}, "invalid configuration: MinBalloons"),
        ({"Name": "reserved", "MinCPUs": 1}, "type reserved takes no MinCPUs"),
        ({"Name": "reserved", "MaxCPUs": 1}, "type reserved takes no MaxCPUs"),
        ({"Name": "default", "MinBalloons": 1}, "type default takes no MinBalloons"),
        ({"Name": "a", "ShareIdleCPUsInSame": "socket"}, "unknown ShareIdleCPUsInSame: 'socket'"),
        ({"Name": "a", "AllocatorPriority": 4}, "unknown AllocatorPriority: 4"),
    ],
)
def test_what_is_wrong_is_refused(given: dict[str, Any], message: str) -> None:
    """With the place of the type."""
    with pytest.raises(BadConfiguration, match=rf"BalloonTypes\[0\] '.*': .*{message}"):
        read(given)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A line for each thing."""
    with pytest.raises(BadConfiguration) as caught:
        read({"Name": "a", "AllocatorPriority": 9}, {"Name": "a"}, {"MinCPUs": 2, "MaxCPUs": 1})

    assert len(str(caught.value).splitlines()) == 4
    assert "balloon type a is defined twice" in str(caught.value)
