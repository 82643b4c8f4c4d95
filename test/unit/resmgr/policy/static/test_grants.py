# SPDX-License-Identifier: Apache-2.0
"""Which CPUs a container gets for itself alone."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import allocator
from resmgr.policy.static import grants

FLAT = trees.FLAT.but(isolated="6-7")


def on(tree: trees.Tree) -> grants.Grants:
    """Choose on a machine."""
    machine = tree.machine()
    return grants.Grants(machine, allocator.Allocator.of(machine))


def free(ordinary: str, isolated: str = "") -> grants.Free:
    """CPUs that may be given, as lists."""
    return grants.Free(cpuset.parse(ordinary), cpuset.parse(isolated))


@pytest.mark.parametrize(
    ("count", "prefer", "ordinary", "isolated", "cpus"),
    [
        (2, False, "1-5", "6-7", "1-2"),
        (2, True, "1-5", "6-7", "6-7"),
        (3, True, "1-5", "6-7", "1-3"),
        (1, False, "1-5", "6-7", "6"),
        (1, False, "1-5", "", "1"),
        (6, False, "1-5", "6-7", "1-6"),
    ],
)
def test_isolated_cpus_are_for_single_ones_and_who_prefers_them(
    count: int,
    prefer: bool,  # noqa: FBT001
    ordinary: str,
    isolated: str,
    cpus: str,
) -> None:
    """All of the CPUs are isolated ones or none, unless there are too few of the others."""
    chosen = on(FLAT).new(count, free(ordinary, isolated), prefer_isolated=prefer)

    assert cpuset.show(chosen) == cpus


def test_what_is_not_there_is_refused() -> None:
    """Both kinds together are too few."""
    with pytest.raises(allocator.TooFew):
        on(FLAT).new(4, free("1-2", "6"), prefer_isolated=True)
    with pytest.raises(allocator.TooFew, match="cpuset 1-2,6 does not have 4 CPUs"):
        on(FLAT).more(1 << 3, 4, free("1-2", "6"))


@pytest.mark.parametrize(
    ("held", "count", "ordinary", "cpus"),
    [
        ("5", 1, "1-4,6-31", "21"),
        ("5", 2, "1-4,6-31", "4,21"),
        ("5", 1, "1-4,6-15,22-31", "4"),
        ("5", 3, "1-4,8-15,23", "1,4,23"),
        ("5", 2, "8-15", "8-9"),
        ("5,13", 1, "0-3,14", "14"),
    ],
)
def test_more_cpus_are_near_those_held(held: str, count: int, ordinary: str, cpus: str) -> None:
    """Threads of the same cores, then of the same nodes, then of the same packages, then any."""
    chosen = on(trees.SERVER).more(cpuset.parse(held), count, free(ordinary))

    assert cpuset.show(chosen) == cpus


@pytest.mark.parametrize(("held", "cpus"), [("1", "2-3"), ("6", "2,7")])
def test_more_isolated_cpus_are_for_who_has_some(held: str, cpus: str) -> None:
    """Others get ordinary ones as long as there are enough."""
    tree = trees.Tree(packages=2, isolated="6-7")
    chosen = on(tree).more(cpuset.parse(held), 2, free("2-3", "7"))

    assert cpuset.show(chosen) == cpus


def test_fewer_cpus_are_whole_cores() -> None:
    """Single threads go first."""
    assert cpuset.show(on(trees.LAPTOP).fewer(cpuset.parse("0-1,5"), 1)) == "0"
