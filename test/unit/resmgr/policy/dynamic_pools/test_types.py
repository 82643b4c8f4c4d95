# SPDX-License-Identifier: Apache-2.0
"""Types of dynamic pools."""

from typing import Any

import pytest

from resmgr.policy.allocator import Priority
from resmgr.policy.dynamic_pools import types
from resmgr.policy.interface import BadConfiguration


def read(*given: dict[str, Any], **more: Any) -> types.Options:
    """Read a configuration with these types."""
    return types.read({"DynamicPoolTypes": list(given), **more})


def test_two_pools_are_there_without_any() -> None:
    """Neither prefers any CPUs; kube-system is reserved, and everything is pinned."""
    made = types.read({})

    assert made == types.Options(
        (
            types.Type("reserved", priority=Priority.NONE),
            types.Type("shared", priority=Priority.NONE),
        )
    )
    assert (made.system, made.classes) == (("kube-system",), False)


def test_others_follow_in_their_order() -> None:
    """Keys count in any case; built-in ones may be changed."""
    made = read(
        {"Name": "b", "namespaces": ["x*"], "cpuClass": "fast"},
        {"name": "a", "AllocatorPriority": 2},
        {"Name": "shared", "CPUClass": "slow"},
    )

    assert made.types[1:] == (
        types.Type("shared", priority=Priority.NONE, cpu_class="slow"),
        types.Type("b", ("x*",), Priority.HIGH, "fast"),
        types.Type("a", priority=Priority.LOW),
    )
    assert made.classes


def test_options_are_read() -> None:
    """kube-system is reserved whatever else is."""
    made = read(PinCPU=False, PinMemory=None, ReservedPoolNamespaces=["sys-*"])

    assert (made.pin_cpu, made.pin_memory) == (False, True)
    assert made.system == ("kube-system", "sys-*")


def test_all_problems_are_told_at_once() -> None:
    """One a line."""
    with pytest.raises(BadConfiguration) as caught:
        read({"Name": ""}, {"Name": "a"}, {"Name": "a"}, {"Name": "b", "AllocatorPriority": 4})

    assert [line.partition(": ")[2] for line in str(caught.value).splitlines()] == [
        "undefined or empty dynamicPool name",
        "dynamicPool a is defined twice",
        "unknown AllocatorPriority of dynamicPool b",
    ]
