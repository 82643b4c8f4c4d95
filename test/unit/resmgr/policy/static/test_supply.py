# SPDX-License-Identifier: Apache-2.0
"""The CPUs that the static policy divides."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import allocator
from resmgr.policy.interface import BadConfiguration, Constraints
from resmgr.policy.static import supply

TREE = trees.FLAT.but(isolated="2,6", offline="6-7")


def divide(constraints: Constraints, tree: trees.Tree = TREE) -> supply.Supply:
    """Judge constraints on a machine of CPUs 0-5, of which 2 is isolated."""
    machine = tree.machine()
    return supply.divide(machine, constraints, allocator.Allocator.of(machine))


def test_everything_online_is_available_but_isolated_cpus() -> None:
    """Offline CPUs are in no set."""
    assert divide(Constraints(reserved=0b1)) == supply.Supply(
        available=cpuset.parse("0-1,3-5"), reserved=0b1, isolated=0b100
    )


def test_available_cpus_are_what_is_given_and_online() -> None:
    """Isolated ones are left out though they are given; they are for who prefers them."""
    found = divide(Constraints(available=cpuset.parse("1-4,7"), reserved=0b10))

    assert cpuset.show(found.available) == "1,3-4"
    assert cpuset.show(found.isolated) == "2"


@pytest.mark.parametrize(
    ("milli", "tree", "cpus"),
    [
        (1, TREE, "0"),
        (1001, TREE, "0-1"),
        (1000, trees.FLAT.but(base_frequency=(("0-5", 2000), ("6-7", 3000))), "0"),
        (2000, trees.LAPTOP, "0,4"),
        (5000, TREE, "0-1,3-5"),
    ],
)
def test_a_quantity_reserves_whole_cpus(milli: int, tree: trees.Tree, cpus: str) -> None:
    """They are taken as for a container that needs no fast ones."""
    assert cpuset.show(divide(Constraints(reserved_milli=milli), tree).reserved) == cpus


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (Constraints(), "does not start without reserved CPUs"),
        (Constraints(reserved_milli=0), "does not start without reserved CPUs"),
        (Constraints(reserved_milli=6000), "cannot reserve 6 CPUs: only 0-1,3-5 are available"),
        (Constraints(reserved=0b101), "cannot reserve CPUs 2: .* available ones, 0-1,3-5"),
        (Constraints(available=0b100, reserved=0b1), "all that are available are isolated"),
        (Constraints(available_milli=2000, reserved=0b1), "invalid type for available CPU set"),
    ],
)
def test_what_does_not_fit_is_refused(constraints: Constraints, message: str) -> None:
    """Each with what there is, or what to do."""
    with pytest.raises(BadConfiguration, match=message):
        divide(constraints)
