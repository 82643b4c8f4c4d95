# SPDX-License-Identifier: Apache-2.0
"""Machines that no tree of pools can be made of (section 7.2)."""

from ... import cpuset
from ...sysfs.machine import Machine, Package
from ..interface import BadConfiguration


def check(machine: Machine) -> None:
    """Refuse a machine whose packages or dies share NUMA nodes, or whose distances differ.

    Raises `BadConfiguration`.
    """
    owners: dict[int, str] = {}
    for package in machine.packages.values():
        _claim(owners, package.nodes, f"package {package.id}")
        within: dict[int, str] = {}
        for die in package.dies:
            _claim(within, nodes_of_die(machine, package, die), f"die {package.id}/{die}")
    for node in machine.nodes.values():
        for other, distance in node.distances.items():
            there = machine.nodes.get(other)
            back = there.distances.get(node.id) if there else None
            if back is not None and back != distance:
                raise BadConfiguration(
                    "unhandled HW topology: asymmetric NUMA distances:"
                    f" from node {node.id} to {other} it is {distance}, back {back}"
                )


def nodes_of_die(machine: Machine, package: Package, die: int) -> int:
    """Give the NUMA nodes of the CPUs of a die."""
    return cpuset.of({machine.cpus[id_].node for id_ in cpuset.ids(package.dies[die])})


def _claim(owners: dict[int, str], nodes: int, owner: str) -> None:
    for node in cpuset.ids(nodes):
        former = owners.setdefault(node, owner)
        if former != owner:
            raise BadConfiguration(
                f"unhandled HW topology: {former} and {owner} share NUMA node {node}"
            )
