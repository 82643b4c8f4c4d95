# SPDX-License-Identifier: Apache-2.0
"""What a machine is made of."""

from typing import Any

import pytest

from ctl.machines import shape
from resmgr.sysfs.machine import MemoryType

GIB = shape.GIB


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"cores": 0}, "at least 1"),
        ({"dies": 0}, "at least 1"),
        ({"efficient": -1}, "at least 1"),
        ({"packages": 8, "cores": 1025}, "8200 CPUs, and kernels are built for 8192"),
        ({"packages": 1025}, "1025 NUMA nodes, and kernels are built for 1024"),
        ({"cores": 6, "dies": 4}, "6 cores of a package cannot be divided into 4 dies"),
        ({"nodes": 3, "cores": 2, "dies": 2}, "2 dies and 3 NUMA nodes of a package do not nest"),
        ({"cores": 4, "offline": 0b10000}, "offline CPUs 4 are not there, its CPUs are 0-3"),
        ({"cores": 4, "isolated": 0b10000}, "isolated CPUs 4 are not there"),
        ({"cores": 4, "offline": 0b1111}, "all its CPUs are offline"),
        ({"node_ids": (0, 1)}, "it has 1 NUMA nodes, which need as many ids"),
        ({"packages": 2, "node_ids": (4, 2)}, "in ascending order"),
        ({"apart": (shape.Apart(GIB, MemoryType.HBM, 1),)}, "no NUMA node 1 that memory apart"),
        ({"apart": (shape.Apart(64 * GIB, MemoryType.HBM, 0),)}, "HBM has to be smaller"),
        ({"apart": (shape.Apart(0, MemoryType.HBM, 0),)}, "HBM has to be smaller"),
        ({"apart": (shape.Apart(GIB, MemoryType.PMEM, 0),)}, "PMEM has to be as large"),
        ({"memory": 0, "apart": (shape.Apart(GIB, MemoryType.PMEM, 0),)}, "PMEM has to be"),
        ({"apart": (shape.Apart(GIB, MemoryType.DRAM, 0),)}, "memory apart is HBM or PMEM"),
    ],
)
def test_what_no_machine_is_has_a_reason(numbers: dict[str, Any], reason: str) -> None:
    """The reason names the number that is wrong and what it has to fit."""
    with pytest.raises(shape.BadShape, match=reason):
        shape.check(shape.Shape(**numbers))


def test_a_machine_of_one_cpu_is_one() -> None:
    """Nothing is wrong with the smallest shape; it has one CPU and one node."""
    smallest = shape.Shape()
    shape.check(smallest)

    assert (smallest.count, smallest.with_cpus, smallest.of_package) == (1, 1, 1)


def test_efficient_cores_count_once() -> None:
    """CPUs are the threads of the large cores and one for each efficient core."""
    assert shape.Shape(packages=2, cores=3, threads=2, efficient=4).count == 20
