# SPDX-License-Identifier: Apache-2.0
"""Machines of shapes."""

import hypothesis
import pytest
from unit.ctl.machines import shapes

from ctl.machines import build, shape
from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CacheType, MemoryType


def test_first_threads_come_before_second_ones() -> None:
    """CPUs are numbered through nodes and packages once for each thread."""
    found = build.build(shape.Shape(packages=2, cores=2, threads=2))

    assert [cpuset.show(cpu.threads) for cpu in found.cpus.values()] == (
        ["0,4", "1,5", "2,6", "3,7"] * 2
    )


def test_efficient_cores_have_no_second_thread() -> None:
    """In either numbering they have one CPU, behind those of the large cores of their node."""
    hybrid = {"packages": 2, "cores": 1, "threads": 2, "efficient": 2}
    spread = build.build(shape.Shape(**hybrid))  # type: ignore[arg-type]
    adjacent = build.build(shape.Shape(**hybrid, adjacent=True))  # type: ignore[arg-type]

    assert [cpuset.show(cpu.threads) for cpu in spread.cpus.values()] == (
        ["0,6", "1", "2", "3,7", "4", "5", "0,6", "3,7"]
    )
    assert [cpuset.show(cpu.threads) for cpu in adjacent.cpus.values()] == (
        ["0-1", "0-1", "2", "3", "4-5", "4-5", "6", "7"]
    )


def test_caches_are_shared_by_threads_clusters_and_packages() -> None:
    """Level 1 belongs to a core, level 2 to a core or cluster, level 3 to as many as is told."""
    small = shape.Cores(cluster=2, data=1 << 15, instruction=1 << 15, second=1 << 20)
    found = build.build(
        shape.Shape(cores=1, threads=2, efficient=2, small=small, third=1 << 22, adjacent=True)
    )
    second = [(cache.size, cpuset.show(cache.cpus)) for cache in found.caches if cache.level == 2]

    assert found.caches[0] == Cache(1, CacheType.DATA, 48 << 10, 0b11)
    assert second == [(2 << 20, "0-1"), (1 << 20, "2-3")]
    assert found.caches[-1] == Cache(3, CacheType.UNIFIED, 1 << 22, 0b1111)
    assert found.clusters == (0b1100,)


def test_nodes_may_have_gaps_in_their_ids() -> None:
    """CPUs, packages and distances go by the ids that are told."""
    found = build.build(shape.Shape(packages=2, cores=1, node_ids=(0, 8)))

    assert list(found.nodes) == [0, 8]
    assert found.cpus[1].node == 8
    assert found.packages[1].nodes == 1 << 8
    assert found.nodes[0].distances == {0: 10, 8: 21}


def test_nodes_may_have_no_memory() -> None:
    """A node without memory is of type none, and not normal memory."""
    node = build.build(shape.Shape(memory=0)).nodes[0]

    assert (node.memory, node.memory_total, node.normal_memory) == (MemoryType.NONE, 0, False)


def test_offline_cpus_are_in_nothing() -> None:
    """They are in no core, node, package or cache; a package without others is not there."""
    found = build.build(shape.Shape(packages=2, cores=2, threads=2, offline=0b1100_1101))

    assert list(found.cpus) == [1, 4, 5]
    assert list(found.packages) == [0]
    assert found.nodes[1].cpus == 0
    assert all(cache.cpus & found.offline == 0 for cache in found.caches)


def test_a_shape_that_makes_no_sense_is_refused() -> None:
    """Nothing is built of it."""
    with pytest.raises(shape.BadShape):
        build.build(shape.Shape(cores=0))


@hypothesis.settings(deadline=None)
@hypothesis.given(shapes.SHAPES)
def test_parts_divide_the_machine(made: shape.Shape) -> None:
    """Each online CPU is in one package, die, node and cache of each level and type."""
    found = build.build(made)
    levels = {(cache.level, cache.type) for cache in found.caches}
    divisions = [
        [package.cpus for package in found.packages.values()],
        [cpus for package in found.packages.values() for cpus in package.dies.values()],
        [node.cpus for node in found.nodes.values()],
        *(
            [cache.cpus for cache in found.caches if (cache.level, cache.type) == level]
            for level in levels
        ),
    ]

    assert len(levels) == 4
    for parts in divisions:
        assert sum(parts) == found.online
        assert sum(part.bit_count() for part in parts) == found.online.bit_count()
