# SPDX-License-Identifier: Apache-2.0
"""Every metric of containers' cgroups, once: its files in cgroup v1 and v2, and how they are read.

Names are those of the original, which reads v1 only. A metric that v2 has no data for has no file.
"""

from dataclasses import dataclass

from ..samples import Metric
from . import parse

ANY = "*"
"""Stands for the size of huge pages in a file's name, which is a label then."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a cgroup."""

    name: str
    parse: parse.Parse


@dataclass(frozen=True, slots=True)
class Statistic:
    """A metric, the controller that v1 has it below, and its files."""

    metric: Metric
    controller: str
    first: tuple[File, ...]
    """In cgroup v1."""

    second: tuple[File, ...] = ()
    """In cgroup v2."""


_BYTES = parse.single("Bytes")
_MOST = parse.single("MaxBytes")


def every(page: int) -> tuple[Statistic, ...]:
    """Give all of them; `page` is the size of a page of memory in bytes."""
    return (
        Statistic(
            Metric(
                "cgroup_numa_stats",
                "gauge",
                "Pages of memory of a container on a NUMA node.",
                ("container_id", "numa_node_id", "type"),
            ),
            "memory",
            (File("memory.numa_stat", parse.pages),),
            (File("memory.numa_stat", parse.pages_of(page)),),
        ),
        Statistic(
            Metric(
                "cgroup_memory_usage",
                "gauge",
                "Bytes of memory that a container has, and has had at most.",
                ("container_id", "type"),
            ),
            "memory",
            (
                File("memory.usage_in_bytes", _BYTES),
                File("memory.max_usage_in_bytes", _MOST),
            ),
            (File("memory.current", _BYTES), File("memory.peak", _MOST)),
        ),
        Statistic(
            Metric(
                "cgroup_memory_migrate",
                "gauge",
                "Whether memory of a container follows its cpuset.",
                ("container_id",),
            ),
            "cpuset",
            (File("cpuset.memory_migrate", parse.single()),),
        ),
        Statistic(
            Metric(
                "cgroup_cpu_acct",
                "counter",
                "Nanoseconds that a container has run on a CPU.",
                ("container_id", "cpu", "type"),
            ),
            "cpuacct",
            (File("cpuacct.usage_all", parse.usage_by_cpu),),
            (File("cpu.stat", parse.usage),),
        ),
        Statistic(
            Metric(
                "cgroup_hugetlb_usage",
                "gauge",
                "Bytes of huge pages that a container has, and has had at most.",
                ("container_id", "size", "type"),
            ),
            "hugetlb",
            (
                File(f"hugetlb.{ANY}.usage_in_bytes", _BYTES),
                File(f"hugetlb.{ANY}.max_usage_in_bytes", _MOST),
            ),
            (File(f"hugetlb.{ANY}.current", _BYTES),),
        ),
        Statistic(
            Metric(
                "cgroup_blkio_device_usage",
                "counter",
                "Bytes that a container has moved from and to a device.",
                ("container_id", "major", "minor", "operation"),
            ),
            "blkio",
            (File("blkio.throttle.io_service_bytes_recursive", parse.bytes_by_device),),
            (File("io.stat", parse.bytes_moved),),
        ),
    )
