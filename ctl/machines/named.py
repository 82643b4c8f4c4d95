# SPDX-License-Identifier: Apache-2.0
"""Machines with a name: one of each sort that people have, none of them a certain product."""

from collections.abc import Mapping

from resmgr.sysfs.machine import MemoryType

from .shape import GIB, Apart, Cores, Shape

_P = Cores(base=2_600_000, most=4_800_000, second=1280 << 10)
_E = Cores(
    base=1_900_000, most=3_500_000, data=32 << 10, instruction=64 << 10, second=2 << 20, cluster=4
)

NAMED: Mapping[str, tuple[str, Shape]] = {
    "laptop": (
        "one socket: 4 performance cores with two threads, 8 efficient ones; 16 GiB",
        Shape(
            cores=4,
            threads=2,
            efficient=8,
            adjacent=True,
            memory=16 * GIB,
            core=_P,
            small=_E,
            third=12 << 20,
        ),
    ),
    "hybrid": (
        "one socket: 8 performance cores with two threads, 16 efficient ones; 64 GiB",
        Shape(
            cores=8,
            threads=2,
            efficient=16,
            adjacent=True,
            core=_P,
            small=_E,
            third=36 << 20,
        ),
    ),
    "snc": (
        "two sockets with sub-NUMA clustering: 4 NUMA nodes of 14 cores, 112 CPUs; 256 GiB",
        Shape(packages=2, nodes=2, cores=14, threads=2, third=42 << 20),
    ),
    "pmem": (
        "four sockets of 20 cores, 160 CPUs, each with 192 GiB of DRAM and 768 GiB of PMEM",
        Shape(
            packages=4,
            cores=20,
            threads=2,
            memory=192 * GIB,
            apart=tuple(Apart(768 * GIB, MemoryType.PMEM, node) for node in range(4)),
            third=28 << 20,
        ),
    ),
    "hbm": (
        "two sockets of 4 NUMA nodes of 12 cores, 192 CPUs, each with 32 GiB and 16 GiB of HBM",
        Shape(
            packages=2,
            nodes=4,
            cores=12,
            threads=2,
            memory=32 * GIB,
            apart=tuple(Apart(16 * GIB, MemoryType.HBM, node) for node in range(8)),
            third=105 << 20,
        ),
    ),
    "huge": (
        "eight sockets of 4 NUMA nodes of 64 cores, 4096 CPUs; caches shared by 8 cores; 8 TiB",
        Shape(packages=8, nodes=4, cores=64, threads=2, memory=256 * GIB, share=8),
    ),
}
"""Name -> what it is, and its shape."""
