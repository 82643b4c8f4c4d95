# SPDX-License-Identifier: Apache-2.0
"""The tree of CPUs."""

from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy.balloons import tree
from resmgr.policy.balloons.tree import Level, Node


def shown(root: Node) -> dict[str, str]:
    """Write the CPUs of each node that is no thread."""
    return {
        node.name: cpuset.show(node.cpus)
        for _, node in root.walk()
        if node.level is not Level.THREAD
    }


def test_a_tree_has_all_that_is_online() -> None:
    """Cores are called by their lowest thread that is online."""
    root = tree.build(trees.LAPTOP.but(cores=2, offline="1").machine())

    assert shown(root) == {
        "system": "0,2-3",
        "p0": "0,2-3",
        "p0d0": "0,2-3",
        "p0d0n0": "0,2-3",
        "p0d0n0cpu0": "0,2",
        "p0d0n0cpu3": "3",
    }
    assert [node.name for node in root.at(Level.THREAD)] == [
        "p0d0n0cpu0t0",
        "p0d0n0cpu0t2",
        "p0d0n0cpu3t3",
    ]


def test_dies_and_nodes_are_below_their_packages() -> None:
    """Nodes without CPUs are left out."""
    root = tree.build(trees.DIES.but(apart=(8388608,)).machine())

    assert [node.name for node in root.at(Level.DIE)] == ["p0d0", "p0d1", "p1d0", "p1d1"]
    assert [node.name for node in root.at(Level.NUMA)] == [
        "p0d0n0",
        "p0d1n1",
        "p1d0n2",
        "p1d1n3",
    ]


def test_threads_of_cores_are_put_apart() -> None:
    """First threads of a node's cores, then second ones; all leaves stay equally deep."""
    root = tree.split(tree.build(trees.LAPTOP.but(cores=2, offline="1").machine()))

    assert {name: cpus for name, cpus in shown(root).items() if "class" in name} == {
        "p0d0n0class0": "0,3",
        "p0d0n0class1": "2",
    }
    assert {depth for depth, node in root.walk() if not node.children} == {6}
    assert [cpuset.show(node.cpus) for node in root.at(Level.CORE)] == ["0", "3", "2"]
