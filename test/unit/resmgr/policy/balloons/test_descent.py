# SPDX-License-Identifier: Apache-2.0
"""Where balloons grow and shrink."""

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.balloons import tree
from resmgr.policy.balloons.descent import Descent, NoRoom
from resmgr.policy.balloons.tree import Level, Node

CUBE = trees.Tree(packages=2, dies=2, nodes=4, cores=2, threads=2, adjacent=True)
"""Two of everything: CPUs 0-31."""


def numbered() -> Node:
    """The same machine with names in the order of the CPUs, `c00` to `c31` for threads."""

    def named(node: Node) -> Node:
        children = tuple(named(child) for child in node.children)
        name = f"c{cpuset.first(node.cpus):02}" if node.level is Level.THREAD else node.name
        return Node(name, node.level, node.cpus, children)

    return named(tree.build(CUBE.machine()))


@pytest.mark.parametrize(
    ("count", "size"),
    [
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 4),
        (4, 4),
        (5, 8),
        (7, 8),
        (8, 8),
        (9, 16),
        (15, 16),
        (16, 16),
        (17, 32),
        (31, 32),
        (32, 32),
    ],
)
def test_the_smallest_part_is_chosen(count: int, size: int) -> None:
    """The examples of the contract (policies, section 11.3)."""
    descent = Descent.of(tree.build(CUBE.machine()))

    assert descent.add(0, cpuset.parse("0-31"), count, balance=False).bit_count() == size


def test_more_than_there_are_is_an_error() -> None:
    """Nothing is given then."""
    descent = Descent.of(tree.build(CUBE.machine()))

    with pytest.raises(NoRoom, match="not enough free CPUs: 33 are wanted"):
        descent.add(0, cpuset.parse("0-31"), 33, balance=False)


def test_cpus_go_where_there_are_fewest_of_the_balloon() -> None:
    """The example of the contract (policies, section 11.3)."""
    descent, held = Descent.of(numbered()), cpuset.parse("0,2,3,7,10,17,18")
    free, order = cpuset.parse("0-31") & ~held, []
    while held:
        gone = descent.remove(held, free)
        held, free = held & ~gone, free | gone
        order.append(cpuset.first(gone))

    assert order == [18, 17, 10, 7, 0, 3, 2]


def plainly(root: Node, held: int, free: int, count: int, *, balance: bool) -> int:
    """Look at each node, as the contract has it."""
    best: list[tuple[tuple[object, ...], int]] = []

    def visit(node: Node, way: tuple[Node, ...]) -> None:
        if (free & node.cpus).bit_count() < count:
            return
        way = (*way, node)
        own = tuple(-(held & one.cpus).bit_count() for one in way)
        sign = -1 if balance else 1
        there = tuple(sign * (free & one.cpus).bit_count() for one in way)
        best.append(((-len(way), own, there, node.name), free & node.cpus))
        for child in node.children:
            visit(child, way)

    visit(root, ())
    return min(best)[1]


CPUS = st.integers(0, (1 << 32) - 1)
WAYS = st.fixed_dictionaries({"balance": st.booleans(), "spread": st.booleans()})


@hypothesis.settings(deadline=None)
@hypothesis.given(CPUS, CPUS, st.integers(0, 31), WAYS)
def test_going_down_finds_what_looking_at_all_finds(
    held: int, free: int, number: int, ways: dict[str, bool]
) -> None:
    """Whatever is left out on the way could not have been the best."""
    free &= ~held
    hypothesis.assume(free)
    count = 1 + number % free.bit_count()
    root, balance = tree.build(CUBE.machine()), ways["balance"]
    root = tree.split(root) if ways["spread"] else root
    expected = plainly(root, held, free, count, balance=balance)

    assert Descent.of(root).add(held, free, count, balance=balance) == expected


@hypothesis.settings(deadline=None)
@hypothesis.given(CPUS, CPUS)
def test_one_cpu_goes_that_looking_at_all_finds(held: int, free: int) -> None:
    """Fewest of the balloon's CPUs, then fewest free ones, then the last name."""
    hypothesis.assume(held)
    free &= ~held
    root = tree.build(CUBE.machine())
    found: list[tuple[tuple[int, ...], tuple[int, ...], str, int]] = []

    def visit(node: Node, own: tuple[int, ...], there: tuple[int, ...]) -> None:
        own, there = (
            (*own, (held & node.cpus).bit_count()),
            (*there, (free & node.cpus).bit_count()),
        )
        if not node.children and own[-1]:
            found.append((own, there, node.name, node.cpus))
        for child in node.children:
            visit(child, own, there)

    visit(root, (), ())
    least = min((own, there) for own, there, _, _ in found)
    _, expected = max((name, cpus) for own, there, name, cpus in found if (own, there) == least)

    assert Descent.of(root).remove(held, free) == expected


def test_the_way_down_to_some_cpus() -> None:
    """The whole machine first, the smallest part that has them all last."""
    descent = Descent.of(tree.build(CUBE.machine()))

    assert [node.name for node in descent.around(cpuset.parse("4-5"))] == [
        "system",
        "p0",
        "p0d0",
        "p0d0n1",
        "p0d0n1cpu4",
    ]
    assert [node.name for node in descent.around(cpuset.parse("4,20"))] == ["system"]
