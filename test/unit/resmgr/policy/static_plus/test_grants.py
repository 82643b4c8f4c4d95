# SPDX-License-Identifier: Apache-2.0
"""Which exclusive CPUs containers get."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.adjacent import Adjacent
from resmgr.policy.allocator import Allocator, TooFew
from resmgr.policy.static_plus.grants import Free, Grants
from resmgr.policy.static_plus.pools import Pools
from resmgr.policy.static_plus.wants import Wants

MACHINE = trees.FLAT.but(isolated="5-7").machine()
ALLOCATOR = Allocator.of(MACHINE)
GRANTS = Grants(
    Pools(isolated=0b1110_0000, reserved=0b1, shared=0b1_1110),
    ALLOCATOR,
    Adjacent(MACHINE, ALLOCATOR),
)


def choose(held: str, full: int, isolated: str, shared: str, *, prefer: bool = True) -> str:
    """Choose on a machine of CPUs 1-4 and isolated 5-7; `isolated` and `shared` are free."""
    free = Free(cpuset.parse(isolated), cpuset.parse(shared))
    found = GRANTS.choose(cpuset.parse(held), Wants(full, 0, isolated=prefer), free)
    return cpuset.show(found)


@pytest.mark.parametrize(
    ("full", "isolated", "shared", "prefer", "cpus"),
    [
        (2, "5-7", "1-4", True, "5-6"),
        (2, "5-7", "1-4", False, "1-2"),
        (4, "5-7", "1-4", True, "1-4"),
        (1, "", "1-4", True, "1"),
        (0, "5-7", "1-4", True, ""),
    ],
)
def test_new_ones_are_all_isolated_or_not(
    full: int,
    isolated: str,
    shared: str,
    prefer: bool,  # noqa: FBT001
    cpus: str,
) -> None:
    """Isolated ones if there are enough of them and the pod does not opt out."""
    assert choose("", full, isolated, shared, prefer=prefer) == cpus


@pytest.mark.parametrize(
    ("held", "full", "isolated", "shared", "cpus"),
    [
        ("1-2", 2, "5-7", "3-4", "1-2"),
        ("1-2", 3, "5-7", "3-4", "1-3"),
        ("1-2", 1, "5-7", "3-4", "1"),
        ("5", 2, "6-7", "1-4", "5-6"),
        ("5", 4, "6-7", "1-4", "1-4"),
        ("1", 3, "5-7", "", "5-7"),
        ("1", 0, "5-7", "2-4", ""),
    ],
)
def test_others_stay_or_move_as_a_whole(
    held: str, full: int, isolated: str, shared: str, cpus: str
) -> None:
    """Growing is by CPUs of the same kind; only if there are too few, all of them are others."""
    assert choose(held, full, isolated, shared) == cpus


def test_too_few_are_an_error() -> None:
    """Both kinds together do not count."""
    with pytest.raises(TooFew):
        choose("", 4, "5-7", "1-3")
    with pytest.raises(TooFew):
        choose("5", 4, "6-7", "1-3")
