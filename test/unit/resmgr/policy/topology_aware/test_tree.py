# SPDX-License-Identifier: Apache-2.0
"""The tree of pools."""

import pytest
from unit.resmgr.policy.topology_aware import made
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.topology_aware import memory, tree


@pytest.mark.parametrize(
    ("machine", "names"),
    [
        (trees.LAPTOP, ["socket #0"]),
        (trees.Tree(nodes=2), ["NUMA node #0", "NUMA node #1", "socket #0"]),
        (trees.Tree(packages=2), ["socket #0", "socket #1", "root"]),
        (
            trees.DIES,
            ["die #0/0", "die #0/1", "socket #0", "die #1/0", "die #1/1", "socket #1", "root"],
        ),
        (
            trees.Tree(nodes=4, cores=2, dies=2),
            [
                "NUMA node #0",
                "NUMA node #1",
                "die #0/0",
                "NUMA node #2",
                "NUMA node #3",
                "die #0/1",
                "socket #0",
            ],
        ),
    ],
    ids=["laptop", "clusters", "sockets", "dies", "dies of clusters"],
)
def test_levels_with_one_member_are_left_out(machine: trees.Tree, names: list[str]) -> None:
    """Children come first, the root last."""
    found = made.pools(machine)

    assert [pool.name for pool in found] == names
    assert [pool.id for pool in found] == list(range(len(found)))


def test_pools_know_their_kin() -> None:
    """Ancestors are the nearest first; what is below includes the pool itself."""
    root = made.pools()[-1]
    node, socket = made.pools()[3], made.pools()[5]

    assert (node.ancestors, node.depth) == ((5, 6), 2)
    assert (socket.children, cpuset.show(socket.below)) == ((3, 4), "3-5")
    assert (root.ancestors, root.depth, cpuset.show(root.below)) == ((), 0, "0-6")


def test_cpus_are_of_one_use() -> None:
    """Isolated, reserved or sharable; inner pools have those of all below."""
    found = made.pools(trees.EXAMPLE.but(isolated="1,9"), reserved="0,8")
    masks = [(pool.isolated, pool.reserved, pool.sharable) for pool in found]

    assert [tuple(map(cpuset.show, mask)) for mask in masks] == [
        ("1", "0", "2-3"),
        ("", "", "4-7"),
        ("1", "0", "2-7"),
        ("9", "8", "10-11"),
        ("", "", "12-15"),
        ("9", "8", "10-15"),
        ("1,9", "0,8", "2-7,10-15"),
    ]


def test_only_available_cpus_are_in_pools() -> None:
    """A pool may have none."""
    machine = trees.EXAMPLE.machine()
    found, _ = tree.build(machine, tree.Cpus(cpuset.parse("4-11"), cpuset.parse("11"), 0))

    assert [cpuset.show(pool.sharable) for pool in found[:5]] == ["", "4-7", "4-7", "8-10", ""]


def test_memory_without_cpus_goes_to_the_closest_pool() -> None:
    """Large and small memory alike, each to the pool that has the least of its kind."""
    machine = trees.TIERED.machine()
    found, told = tree.build(machine, tree.Cpus(machine.online, 1, 0))

    assert [tuple(map(cpuset.show_ids, pool.memory)) for pool in found] == [
        ("2", "0", "3"),
        ("", "1", ""),
        ("2", "0,1", "3"),
    ]
    assert told == (
        "PMEM node #2 assigned to socket #0 with distance 22",
        "HBM node #3 assigned to socket #0 with distance 22",
    )


def test_equal_distances_share_memory_out() -> None:
    """The second node of PMEM goes to the other socket."""
    found = made.pools(trees.Tree(packages=2, apart=(8388608, 8388608)))

    assert [cpuset.show_ids(pool.nodes(memory.PMEM)) for pool in found] == ["2", "3", "2,3"]


def test_capacities_add_up() -> None:
    """Bytes by kind: PMEM, DRAM, HBM."""
    found = made.pools(trees.TIERED)

    assert found[0].capacity == (8 << 30, 2 << 30, 1 << 30)
    assert found[-1].capacity == (8 << 30, 4 << 30, 1 << 30)


def test_a_node_without_memory_has_a_pool() -> None:
    """Its CPUs are not lost."""
    found = made.pools(trees.EXAMPLE.but(memory_less="1"))

    assert cpuset.show(found[1].sharable) == "4-7"
    assert found[1].nodes(memory.ALL) == 0
    assert found[1].capacity == memory.NOTHING


def test_a_node_whose_cpus_are_offline_is_memory() -> None:
    """It belongs to the nearest pool, as memory without CPUs does."""
    found = made.pools(trees.EXAMPLE.but(offline="12-15", keep_links=True))

    assert [pool.name for pool in found] == [
        "NUMA node #0",
        "NUMA node #1",
        "socket #0",
        "socket #1",
        "root",
    ]
    assert cpuset.show_ids(found[3].nodes(memory.DRAM)) == "2,3"
