# SPDX-License-Identifier: Apache-2.0
"""The pools that static-plus begins with."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import allocator
from resmgr.policy.interface import BadConfiguration, Constraints
from resmgr.policy.static_plus import pools

TREE = trees.FLAT.but(isolated="2,6", offline="6-7")


def divide(constraints: Constraints, tree: trees.Tree = TREE) -> tuple[str, str, str]:
    """Give isolated, reserved and shared CPUs of a machine of CPUs 0-5, of which 2 is isolated."""
    machine = tree.machine()
    found = pools.divide(machine, constraints, allocator.Allocator.of(machine))
    return cpuset.show(found.isolated), cpuset.show(found.reserved), cpuset.show(found.shared)


@pytest.mark.parametrize(
    ("constraints", "isolated", "reserved", "shared"),
    [
        (Constraints(reserved=0b1), "2", "0", "1,3-5"),
        (Constraints(available=0b1_1010, reserved=0b10), "", "1", "3-4"),
        (Constraints(reserved_milli=10), "2", "0", "1,3-5"),
        (Constraints(available=0b1_1110, reserved_milli=1000), "2", "1", "3-4"),
        (Constraints(reserved_milli=2000), "2", "0-1", "3-5"),
        (Constraints(reserved=0b100), "", "2", "0-1,3-5"),
    ],
)
def test_no_cpu_is_in_two_pools(
    constraints: Constraints, isolated: str, reserved: str, shared: str
) -> None:
    """What is reserved is neither shared nor given to anybody, isolated or not."""
    assert divide(constraints) == (isolated, reserved, shared)


def test_a_single_reserved_cpu_is_the_first_one() -> None:
    """Even where others are slower and would be taken else."""
    tree = trees.FLAT.but(base_frequency=(("0-3", 3000000), ("4-7", 2000000)))

    assert divide(Constraints(reserved_milli=500), tree)[1] == "0"
    assert divide(Constraints(reserved_milli=1500), tree)[1] != "0-1"


@pytest.mark.parametrize(
    "constraints", [Constraints(), Constraints(reserved=0b1100_0000), Constraints(None, 2000, 1)]
)
def test_what_does_not_fit_is_refused(constraints: Constraints) -> None:
    """Nothing reserved, CPUs that are offline, a quantity of available ones."""
    with pytest.raises(BadConfiguration):
        divide(constraints)
