# SPDX-License-Identifier: Apache-2.0
"""Policies that follow load."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr.policy import registry
from resmgr.policy.interface import Constraints
from resmgr.policy.load import FollowsLoad

POOLS = {"pools": {"shared": {"cpuLists": [{"Cpuset": "1"}]}}}


@pytest.mark.parametrize("name", sorted(registry.POLICIES))
def test_only_dynamic_pools_follows_load(name: str) -> None:
    """For all others nothing is measured."""
    policy = registry.load(name)(trees.FLAT.machine(), Constraints(reserved=0b1), POOLS)

    assert isinstance(policy, FollowsLoad) == (name == "dynamic-pools")
