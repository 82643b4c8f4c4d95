# SPDX-License-Identifier: Apache-2.0
"""The policies there are."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr.config.schemas import policy as schema
from resmgr.policy import interface, registry


def test_policies_are_sorted_and_may_be_configured() -> None:
    """Each policy can be made active by a configuration, and lists are in order of names."""
    assert list(registry.POLICIES) == sorted(registry.POLICIES)
    assert set(registry.POLICIES) <= set(schema.NAMES)


NEEDS = {"static-pools": {"pools": {"shared": {"cpuLists": [{"Cpuset": "1"}]}}}}
"""Configurations of policies that do not start without one."""


@pytest.mark.parametrize("name", sorted(registry.POLICIES))
def test_each_policy_is_there(name: str) -> None:
    """A policy can be made on a small machine and calls itself by its name."""
    constraints = interface.Constraints(reserved=0b1)
    policy = registry.load(name)(trees.FLAT.machine(), constraints, NEEDS.get(name, {}))

    assert policy.name == name


def test_an_unknown_policy_is_an_error() -> None:
    """What is not in the list is not looked for on disk."""
    with pytest.raises(LookupError):
        registry.load("interface")
