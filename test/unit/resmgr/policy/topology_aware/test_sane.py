# SPDX-License-Identifier: Apache-2.0
"""Machines that make no sense as a tree."""

import dataclasses

import pytest
from unit.resmgr.sysfs import trees

from resmgr.policy.interface import BadConfiguration
from resmgr.policy.topology_aware import sane


@pytest.mark.parametrize("tree", [trees.EXAMPLE, trees.DIES, trees.TIERED, trees.LAPTOP])
def test_ordinary_machines_pass(tree: trees.Tree) -> None:
    """With dies, memory apart, one socket or two."""
    sane.check(tree.machine())


def test_dies_that_share_a_node_are_refused() -> None:
    """The message names both."""
    tree = trees.Tree(dies=2)

    with pytest.raises(BadConfiguration, match="die 0/0 and die 0/1 share NUMA node 0"):
        sane.check(tree.machine())


def test_packages_that_share_a_node_are_refused() -> None:
    """As some virtual machines have them."""
    machine = trees.Tree(packages=2).machine()
    packages = {
        id_: dataclasses.replace(package, nodes=0b11) for id_, package in machine.packages.items()
    }

    with pytest.raises(BadConfiguration, match="package 0 and package 1 share NUMA node 0"):
        sane.check(dataclasses.replace(machine, packages=packages))


def test_asymmetric_distances_are_refused() -> None:
    """The message has both of them."""
    tree = trees.Tree(packages=2, distances=((10, 20), (30, 10)))

    with pytest.raises(BadConfiguration, match="from node 0 to 1 it is 20, back 30"):
        sane.check(tree.machine())
