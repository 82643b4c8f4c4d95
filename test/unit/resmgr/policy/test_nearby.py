# SPDX-License-Identifier: Apache-2.0
"""Memory near to CPUs."""

import pytest
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import nearby


@pytest.mark.parametrize(
    ("tree", "cpus", "nodes"),
    [
        (trees.EXAMPLE, "0-3", "0"),
        (trees.EXAMPLE, "3-4", "0,1"),
        (trees.EXAMPLE, "0-15", "0,1,2,3"),
        (trees.EXAMPLE, "", ""),
        (trees.TIERED, "0-7", "0,1"),
        (trees.EXAMPLE.but(memory_less="1"), "4-7", "0"),
        (trees.EXAMPLE.but(memory_less="0-1"), "0", "2,3"),
        (trees.EXAMPLE.but(memory_less="0-1"), "0,8", "2,3"),
        (trees.EXAMPLE.but(memory_less="0-3"), "0", ""),
    ],
)
def test_memory_is_that_of_the_nodes_of_the_cpus(tree: trees.Tree, cpus: str, nodes: str) -> None:
    """For a node without memory it is the nearest that there is."""
    assert cpuset.show_ids(nearby.nodes(tree.machine(), cpuset.parse(cpus))) == nodes
