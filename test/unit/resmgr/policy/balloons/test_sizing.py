# SPDX-License-Identifier: Apache-2.0
"""Which CPUs balloons get and lose."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.allocator import Allocator, Priority
from resmgr.policy.balloons.sizing import Sizing
from resmgr.policy.balloons.tree import Level
from resmgr.policy.balloons.types import Type

STEPS = (("a", 2), ("b", 2), ("c", 1), ("d", 3), ("a", 2), ("b", -1), ("a", -3))


def sizing(tree: trees.Tree = trees.EXAMPLE) -> Sizing:
    """For two sockets, two nodes each, CPUs 4n to 4n+3 in node n."""
    machine = tree.machine()
    return Sizing.of(machine, Allocator.of(machine))


@pytest.mark.parametrize(
    ("balance", "spread", "results"),
    [
        (False, False, ("2-3", "4-5", "1", "8-10", "6-7", "5", "2-3,7")),
        (True, False, ("10-11", "4-5", "12", "1-3", "8-9", "5", "8-9,11")),
        (False, True, ("1,3", "4,6", "2", "5,7,10", "9,11", "6", "1,3,9")),
        (True, True, ("8,10", "4,6", "12", "1-3", "9,11", "6", "8-9,11")),
    ],
)
def test_examples(balance: bool, spread: bool, results: tuple[str, ...]) -> None:  # noqa: FBT001 - a case of a table
    """The examples of the contract (policies, section 11.3)."""
    type_, chooser = Type("x", balance=balance, spread_cores=spread), sizing()
    free, held, found = cpuset.parse("1-15"), dict.fromkeys("abcd", 0), []
    for name, change in STEPS:
        if change > 0:
            cpus = chooser.grow(type_, held[name], free, change)
        else:
            cpus = chooser.shrink(type_, held[name], free, -change)
        held[name] ^= cpus
        free ^= cpus
        found.append(cpuset.show(cpus))

    assert tuple(found) == results


def test_the_priority_decides_within_the_part_that_was_chosen() -> None:
    """Fast CPUs for a type that wants them."""
    fast = trees.FLAT.but(base_frequency=(("0-3", 2000), ("4-7", 3000)))
    chosen = {
        priority: cpuset.show(sizing(fast).grow(Type("x", priority=priority), 0, 0xFF, 2))
        for priority in Priority
    }

    assert chosen[Priority.HIGH] == "4-5"
    assert chosen[Priority.LOW] == "0-1"


@pytest.mark.parametrize(
    ("level", "held", "near"),
    [
        (None, "1", ""),
        (Level.SYSTEM, "1", "0-15"),
        (Level.PACKAGE, "1", "0-7"),
        (Level.DIE, "9", "8-15"),
        (Level.NUMA, "1,8", "0-3,8-11"),
        (Level.CORE, "1,8", "0-1,8-9"),
        (Level.THREAD, "1,8", "1,8"),
        (Level.SYSTEM, "", ""),
    ],
)
def test_near(level: Level | None, held: str, near: str) -> None:
    """All parts of a level that have a CPU of the balloon."""
    found = sizing().near(Type("x", share=level), cpuset.parse(held))

    assert cpuset.show(found) == near
