# SPDX-License-Identifier: Apache-2.0
"""Which CPUs are taken."""

import dataclasses

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.sysfs import speeds, trees

from resmgr import cpuset
from resmgr.policy import allocator
from resmgr.policy.allocator import Priority
from resmgr.sysfs import machine
from resmgr.sysfs.speed import SpeedSelect

ALL = "0-79"
HIGH, NORMAL, LOW, NONE = Priority


@pytest.fixture(scope="module")
def taker() -> allocator.Allocator:
    """An allocator on the machine of the examples."""
    return allocator.Allocator.of(trees.PRIORITIES.machine())


def shown(masks: allocator.Masks) -> list[str]:
    """Write the CPUs of high, normal and low priority."""
    return [cpuset.show(mask) for mask in masks]


@pytest.mark.parametrize(
    ("free", "count", "prefer", "result"),
    [
        ("2,3,10-25", 4, HIGH, "2-3,15,17"),
        (ALL, 4, HIGH, "2,5,42,45"),
        (ALL, 4, NORMAL, "20-21,60-61"),
        (ALL, 4, LOW, "0-1,40-41"),
        (ALL, 3, NONE, "0-1,40"),
        (ALL, 1, NORMAL, "20"),
        (ALL, 5, LOW, "0-1,3,40-41"),
        (ALL, 6, HIGH, "2,5,8,42,45,48"),
        (ALL, 12, HIGH, "2,5,8,15,17,20,42,45,48,55,57,60"),
        (ALL, 45, NORMAL, "0-1,3,20-41,60-79"),
        (ALL, 40, LOW, "0-19,40-59"),
        ("2,3,10-25,50-65", 3, HIGH, "2,15,55"),
        ("2,3,10-25,50-65", 3, NORMAL, "20-21,60"),
        ("2,3,10-25,50-65", 3, LOW, "3,10,50"),
        ("2,3,10-25,50-65", 7, HIGH, "2,15,17,20,55,57,60"),
        ("4,7", 2, HIGH, "4,7"),
        ("4,7", 0, HIGH, ""),
    ],
)
def test_examples(
    taker: allocator.Allocator, free: str, count: int, prefer: Priority, result: str
) -> None:
    """The examples of the contract (policies, section 11.1), and the borders."""
    assert cpuset.show(taker.allocate(cpuset.parse(free), count, prefer)) == result


def test_too_few_cpus_are_refused(taker: allocator.Allocator) -> None:
    """The message has what there is and what is wanted."""
    with pytest.raises(allocator.TooFew, match="cpuset 1-2 does not have 3 CPUs"):
        taker.allocate(0b110, 3, NONE)
    with pytest.raises(allocator.TooFew, match="cpuset 1-2 does not have 3 CPUs"):
        taker.release(0b110, 3, NONE)


def test_offline_cpus_are_not_given() -> None:
    """What is no online CPU does not count, whoever offers it."""
    taker = allocator.Allocator.of(trees.FLAT.but(offline="1").machine())

    assert taker.allocate(0b111, 2, NONE) == 0b101
    with pytest.raises(allocator.TooFew):
        taker.allocate(0b111, 3, NONE)


def test_what_is_released_is_what_would_not_be_taken(taker: allocator.Allocator) -> None:
    """Of slow and fast CPUs the slow ones go first where fast ones are wanted."""
    owned = cpuset.parse("0,2,5,40,42,45")

    assert cpuset.show(taker.release(owned, 2, HIGH)) == "0,40"


@pytest.mark.parametrize(
    ("tree", "high", "low"),
    [
        (trees.FLAT, "", ""),
        (trees.FLAT.but(base_frequency=(("0-7", 2000),)), "", ""),
        (trees.FLAT.but(base_frequency=(("0-3", 2000), ("4", 3000))), "4", "0-3,5-7"),
        (trees.FLAT.but(base_frequency=(("0", 2000), ("4", 3000), ("5", 4000))), "4-5", "0-3,6-7"),
        (trees.FLAT.but(preference=(("0-3", "power"), ("4-7", "odd"))), "", ""),
        (
            trees.FLAT.but(
                preference=(("0", "performance"), ("1", "balance_performance"), ("2-6", "power")),
            ),
            "0-1",
            "2-7",
        ),
        (
            trees.FLAT.but(
                base_frequency=(("0-3", 2000), ("4-7", 3000)),
                preference=(("0-3", "balance_performance"), ("4-7", "balance_power")),
            ),
            "0-3",
            "4-7",
        ),
        (trees.SERVER.but(base_frequency=(("0-7,16-23", 2000), ("1", 3000))), "1", "0,2-7,16-23"),
    ],
)
def test_priorities_follow_cpufreq(tree: trees.Tree, high: str, low: str) -> None:
    """What stands out in its own package is fast, the rest of the package is slow."""
    found = tree.machine()
    rest = found.online & ~cpuset.parse(high) & ~cpuset.parse(low)

    assert shown(allocator.priorities(found)) == [high, cpuset.show(rest), low]


def test_priorities_follow_speed_select_before_cpufreq() -> None:
    """Package by package: where nothing of it is in use, or known, cpufreq counts."""
    found = trees.SERVER.but(
        base_frequency=(("0-31", 2000), ("1,9", 3000)), preference=(("0-31", "power"),)
    ).machine()
    first = found.packages[0]
    told = dataclasses.replace(first, speed_select=speeds.example(first.cpus))
    fast = dataclasses.replace(found, packages={**found.packages, 0: told})
    unused = dataclasses.replace(first, speed_select=SpeedSelect())
    slow = dataclasses.replace(found, packages={**found.packages, 0: unused})

    assert shown(allocator.priorities(fast)) == ["0,9", "", "1-8,10-31"]
    assert shown(allocator.priorities(slow)) == ["1,9", "", "0,2-8,10-31"]


def test_between_the_first_and_the_last_class_is_normal() -> None:
    """And taken for who wants that."""
    found = trees.FLAT.machine()
    sharing = SpeedSelect(
        power=speeds.ON, ordered=True, services=speeds.sorted_("4-5", "0-1", "2-3,6-7")
    )
    package = dataclasses.replace(found.packages[0], speed_select=sharing)
    taker = allocator.Allocator.of(dataclasses.replace(found, packages={0: package}))

    assert shown(taker.priorities) == ["4-5", "0-1", "2-3,6-7"]
    assert cpuset.show(taker.allocate(0xFF, 2, HIGH)) == "4-5"
    assert cpuset.show(taker.allocate(0xFF, 2, NORMAL)) == "0-1"
    assert cpuset.show(taker.allocate(0xFF, 2, LOW)) == "2-3"


def hybrid(efficient: str, **changes: object) -> machine.Machine:
    """Eight cores, of which some are efficient."""
    found = trees.FLAT.but(**changes).machine()
    small = cpuset.parse(efficient)
    kinds = (machine.CoreKind.PERFORMANCE, machine.CoreKind.EFFICIENT)
    return dataclasses.replace(
        found,
        cpus={
            id_: dataclasses.replace(cpu, kind=kinds[small >> id_ & 1])
            for id_, cpu in found.cpus.items()
        },
    )


def test_kinds_of_cores_count_where_frequencies_say_nothing() -> None:
    """Efficient cores are slow, the others fast; a package of one kind is of no kind."""
    assert shown(allocator.priorities(hybrid("4-7"))) == ["0-3", "", "4-7"]
    assert shown(allocator.priorities(hybrid("0-7"))) == ["", "0-7", ""]


def test_kinds_of_cores_count_last() -> None:
    """Base frequencies that differ tell priorities as they always did."""
    found = hybrid("4-7", base_frequency=(("0-6", 2000), ("7", 3000)))

    assert shown(allocator.priorities(found)) == ["7", "", "0-6"]


def test_a_tight_fit_beats_a_wide_one(taker: allocator.Allocator) -> None:
    """Of packages that have enough, the one with fewer comes first, even with the higher id."""
    assert cpuset.show(taker.allocate(cpuset.parse("2,5,8,20,21"), 2, NORMAL)) == "20-21"
    assert cpuset.show(taker.allocate(cpuset.parse("0,1,3,20,21"), 2, NONE)) == "0-1"


def test_half_used_cores_are_finished_first() -> None:
    """A thread whose sibling is taken goes before one that would break a whole core."""
    taker = allocator.Allocator.of(trees.LAPTOP.machine())

    assert cpuset.show(taker.allocate(cpuset.parse("0-3,5-7"), 1, NONE)) == "0"
    assert cpuset.show(taker.allocate(cpuset.parse("0-2,4-7"), 3, NONE)) == "0,4,7"


TREES = st.sampled_from(
    [
        trees.LAPTOP,
        trees.SERVER,
        trees.EXAMPLE.but(offline="3,9"),
        trees.PRIORITIES,
        trees.SERVER.but(preference=(("0-5", "performance"), ("8-31", "power"))),
    ]
)
PREFERENCES = st.sampled_from(list(Priority))


@hypothesis.settings(deadline=None)
@hypothesis.given(TREES, st.integers(0, (1 << 80) - 1), st.integers(0, 80), PREFERENCES)
def test_as_many_as_wanted_and_only_free_ones(
    tree: trees.Tree, free: int, count: int, prefer: Priority
) -> None:
    """The count is right, nothing is outside what was offered, and the answer is always one."""
    found = tree.machine()
    taker = allocator.Allocator.of(found)
    free &= found.online
    count %= free.bit_count() + 1
    result = taker.allocate(free, count, prefer)

    assert result.bit_count() == count
    assert result & ~free == 0
    assert allocator.Allocator.of(found).allocate(free, count, prefer) == result


@hypothesis.settings(deadline=None)
@hypothesis.given(TREES, st.lists(st.tuples(st.integers(0, 9), PREFERENCES)))
def test_nothing_is_given_twice(tree: trees.Tree, wanted: list[tuple[int, Priority]]) -> None:
    """What one takes is not free for the next; giving all back restores what there was."""
    taker = allocator.Allocator.of(tree.machine())
    free, grants = taker.online, []
    for count, prefer in wanted:
        if count <= free.bit_count():
            grants.append(taker.allocate(free, count, prefer))
            free &= ~grants[-1]

    assert sum(grants) + free == taker.online
    assert sum(grant.bit_count() for grant in grants) + free.bit_count() == taker.online.bit_count()


@hypothesis.settings(deadline=None)
@hypothesis.given(TREES, st.integers(0, (1 << 80) - 1), st.integers(0, 80), PREFERENCES)
def test_release_and_allocate_are_halves(
    tree: trees.Tree, owned: int, count: int, prefer: Priority
) -> None:
    """What goes and what would be taken of the same set make it up, without a CPU in both."""
    taker = allocator.Allocator.of(tree.machine())
    owned &= taker.online
    count %= owned.bit_count() + 1
    gone = taker.release(owned, count, prefer)
    kept = taker.allocate(owned, owned.bit_count() - count, prefer)

    assert gone.bit_count() == count
    assert gone + kept == owned
    assert gone & kept == 0


def test_thousands_of_cpus_are_divided() -> None:
    """A machine of 4096 CPUs is shared out to the last one, in odd portions."""
    cpus = {
        id_: machine.Cpu(
            id_,
            package=id_ % 2048 // 256,
            die=0,
            core=id_ % 2048,
            node=0,
            threads=cpuset.of([id_ % 2048, id_ % 2048 + 2048]),
            base_frequency=2000 + id_ % 3,
        )
        for id_ in range(4096)
    }
    packages = {
        package: machine.Package(
            package, cpuset.of(id_ for id_ in cpus if cpus[id_].package == package), nodes=1
        )
        for package in range(8)
    }
    taker = allocator.Allocator.of(machine.Machine(cpus, {}, packages))
    free = taker.online
    for prefer, count in zip([HIGH, NORMAL, LOW, NONE] * 8, range(33, 129, 3), strict=True):
        free &= ~taker.allocate(free, count, prefer)

    assert taker.online.bit_count() == 4096
    assert free.bit_count() == 4096 - sum(range(33, 129, 3))
