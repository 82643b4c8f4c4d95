# SPDX-License-Identifier: Apache-2.0
"""Reserved CPUs that have to be available."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import allocator, reserve
from resmgr.policy.interface import BadConfiguration, Constraints

FLAT = allocator.Allocator.of(trees.FLAT.machine())
AVAILABLE = cpuset.parse("2-5")


@pytest.mark.parametrize(
    ("constraints", "cpus"),
    [
        (Constraints(reserved=cpuset.parse("3,5")), "3,5"),
        (Constraints(reserved_milli=1), "2"),
        (Constraints(reserved_milli=1001), "2-3"),
        (Constraints(reserved_milli=4000), "2-5"),
    ],
)
def test_they_are_named_or_counted(constraints: Constraints, cpus: str) -> None:
    """Quantities are rounded up to whole CPUs."""
    assert cpuset.show(reserve.strict("p", AVAILABLE, constraints, FLAT)) == cpus


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (Constraints(), "policy p does not start without reserved CPUs"),
        (Constraints(reserved_milli=0), "policy p does not start without reserved CPUs"),
        (Constraints(reserved_milli=4001), "cannot reserve 5 CPUs: only 2-5"),
        (Constraints(reserved=0b111), r"cannot reserve CPUs 0-1: .* 2-5"),
    ],
)
def test_nothing_and_too_much_are_errors(constraints: Constraints, message: str) -> None:
    """The message tells what to do, or what there is."""
    with pytest.raises(BadConfiguration, match=message):
        reserve.strict("p", AVAILABLE, constraints, FLAT)


def test_there_may_be_none() -> None:
    """As where all CPUs are isolated."""
    with pytest.raises(BadConfiguration, match="cannot reserve 1 CPUs: none are available"):
        reserve.strict("p", 0, Constraints(reserved_milli=1), FLAT)
