# SPDX-License-Identifier: Apache-2.0
"""The other name."""

from unit.resmgr.sysfs import trees

from resmgr.policy.interface import Constraints
from resmgr.policy.topology_aware import memtier
from resmgr.policy.topology_aware.policy import TopologyAware


def test_memtier_is_the_same_policy_by_another_name() -> None:
    """It has its own section, which is given to it."""
    made = memtier.make(trees.EXAMPLE.machine(), Constraints(reserved=1), {"PinCPU": False})

    assert isinstance(made, TopologyAware)
    assert made.name == "memtier"
    assert not made.options.pin_cpu
