# SPDX-License-Identifier: Apache-2.0
"""Machines with a name."""

import pytest

from ctl.machines import build, named
from resmgr.sysfs.machine import CoreKind, Machine, MemoryType


def machine(name: str) -> Machine:
    """Build a named machine."""
    return build.build(named.NAMED[name][1])


@pytest.mark.parametrize(
    ("name", "cpus", "packages", "nodes"),
    [
        ("laptop", 16, 1, 1),
        ("hybrid", 32, 1, 1),
        ("snc", 112, 2, 4),
        ("pmem", 160, 4, 8),
        ("hbm", 192, 2, 16),
        ("huge", 4096, 8, 32),
    ],
)
def test_machines_have_their_size(name: str, cpus: int, packages: int, nodes: int) -> None:
    """CPUs, packages and NUMA nodes are as many as the description says."""
    found = machine(name)

    assert (len(found.cpus), len(found.packages), len(found.nodes)) == (cpus, packages, nodes)


@pytest.mark.parametrize("name", ["laptop", "hybrid"])
def test_hybrid_machines_have_both_kinds_of_cores(name: str) -> None:
    """Efficient cores have one thread, a lower frequency, and clusters of four."""
    found = machine(name)
    small = [cpu for cpu in found.cpus.values() if cpu.kind is CoreKind.EFFICIENT]
    large = [cpu for cpu in found.cpus.values() if cpu.kind is CoreKind.PERFORMANCE]

    assert len(small) + len(large) == len(found.cpus)
    assert {cpu.threads.bit_count() for cpu in small} == {1}
    assert max(cpu.base_frequency for cpu in small) < min(cpu.base_frequency for cpu in large)
    assert [mask.bit_count() for mask in found.clusters] == [4] * (len(small) // 4)


@pytest.mark.parametrize(("name", "kind"), [("pmem", MemoryType.PMEM), ("hbm", MemoryType.HBM)])
def test_memory_apart_is_near_to_its_node(name: str, kind: MemoryType) -> None:
    """Each node with CPUs has one node of that memory that is nearer than all others."""
    found = machine(name)
    apart = {id_ for id_, node in found.nodes.items() if node.memory is kind}
    nearest = [
        min(apart, key=lambda other, node=node: node.distances[other])  # type: ignore[misc]
        for node in found.nodes.values()
        if node.cpus
    ]

    assert sorted(nearest) == sorted(apart)


@pytest.mark.parametrize("name", list(named.NAMED))
def test_distances_are_the_same_both_ways(name: str) -> None:
    """A node is as far from another one as that from it."""
    nodes = machine(name).nodes

    for one in nodes.values():
        for other in nodes.values():
            assert one.distances[other.id] == other.distances[one.id]
