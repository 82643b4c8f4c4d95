# SPDX-License-Identifier: Apache-2.0
"""The CPUs that policies of pools divide."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import allocator, supply
from resmgr.policy.interface import BadConfiguration, Constraints

TREE = trees.FLAT.but(isolated="2", offline="6-7")


def divide(constraints: Constraints, tree: trees.Tree = TREE) -> supply.Supply:
    """Judge constraints on a machine of CPUs 0-5."""
    machine = tree.machine()
    return supply.divide(machine, constraints, allocator.Allocator.of(machine), "podpools")


def test_everything_online_is_available_and_isolated_cpus_are_too() -> None:
    """What is not reserved is free."""
    found = divide(Constraints(reserved=0b11))

    assert cpuset.show(found.available) == "0-5"
    assert cpuset.show(found.free) == "2-5"


def test_of_reserved_cpus_those_count_that_are_available() -> None:
    """Others are left out without a word."""
    found = divide(Constraints(available=cpuset.parse("1-4"), reserved=cpuset.parse("0-1,7")))

    assert cpuset.show(found.reserved) == "1"
    assert cpuset.show(found.free) == "2-4"


@pytest.mark.parametrize(
    ("milli", "tree", "cpus"),
    [
        (1, TREE, "0"),
        (1001, TREE, "0-1"),
        (1000, trees.FLAT.but(base_frequency=(("0", 3000), ("1-7", 2000))), "0"),
        (2000, trees.LAPTOP, "0,4"),
        (6000, TREE, "0-5"),
    ],
)
def test_a_quantity_reserves_whole_cpus(milli: int, tree: trees.Tree, cpus: str) -> None:
    """Whether they are fast does not matter."""
    assert cpuset.show(divide(Constraints(reserved_milli=milli), tree).reserved) == cpus


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (Constraints(), "policy podpools does not start without reserved CPUs"),
        (Constraints(reserved_milli=0), "policy podpools does not start without reserved CPUs"),
        (Constraints(reserved_milli=6001), "cannot reserve 7 CPUs: only 0-5 are available"),
        (Constraints(reserved=1 << 6), "cannot reserve CPUs 6: none .* available ones, 0-5"),
        (Constraints(available_milli=2000, reserved=1), "invalid type for available CPU set"),
    ],
)
def test_what_does_not_fit_is_refused(constraints: Constraints, message: str) -> None:
    """With what is wrong."""
    with pytest.raises(BadConfiguration, match=message):
        divide(constraints)
