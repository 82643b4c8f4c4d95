# SPDX-License-Identifier: Apache-2.0
"""What policies want the Node object to tell."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr.policy import registry
from resmgr.policy.interface import Constraints
from resmgr.policy.marks import Marking

POOLS = {"pools": {"shared": {"cpuLists": [{"Cpuset": "1"}]}}}


@pytest.mark.parametrize("name", sorted(registry.POLICIES))
def test_only_the_policy_that_stands_in_for_cmk_marks_its_node(name: str) -> None:
    """All others need no node agent."""
    policy = registry.load(name)(trees.FLAT.machine(), Constraints(reserved=0b1), POOLS)

    assert isinstance(policy, Marking) == (name == "static-pools")
