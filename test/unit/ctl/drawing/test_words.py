# SPDX-License-Identifier: Apache-2.0
"""What is said of parts of a machine."""

import dataclasses

import pytest
from unit.resmgr.sysfs import speeds

from ctl import machines
from ctl.drawing import words
from resmgr.sysfs.machine import Cache, CacheType, MemoryType, Node, Package
from resmgr.sysfs.speed import Profile, SpeedSelect


@pytest.mark.parametrize(
    ("mask", "text"),
    [(0, "no CPU"), (0b100, "CPU 2"), (0b1101, "CPUs 0,2-3 (3)")],
)
def test_sets_are_lists_with_their_size(mask: int, text: str) -> None:
    """One CPU needs no count."""
    assert words.cpus(mask) == text


def test_things_are_counted() -> None:
    """One is not many."""
    assert (words.count(1, "core"), words.count(0, "core")) == ("1 core", "0 cores")


@pytest.mark.parametrize(
    ("kind", "size", "text"),
    [
        (MemoryType.DRAM, 64 << 30, "DRAM 64Gi"),
        (MemoryType.PMEM, 1536 << 30, "PMEM 1.5Ti"),
        (MemoryType.HBM, 0, "HBM of unknown size"),
        (MemoryType.NONE, 0, "no memory"),
    ],
)
def test_memory_has_kind_and_size(kind: MemoryType, size: int, text: str) -> None:
    """What is not known is said."""
    assert words.memory(Node(0, 1, {}, kind, size)) == text


def test_equal_caches_are_told_together() -> None:
    """With their number, where it is not one."""
    one = Cache(3, CacheType.UNIFIED, 32 << 20, 1)

    assert words.caches([one, one, dataclasses.replace(one, size=4 << 20)]) == (
        "2 x L3 32Mi, L3 4Mi"
    )


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("snc", "112 CPUs, 56 cores, 2 packages, 4 NUMA nodes, 256Gi of memory"),
        ("1x1x1x1", "1 CPU, 1 core, 1 package, 1 NUMA node, 64Gi of memory"),
        (
            "1x1x1x2:memory=0",
            "2 CPUs, 1 core, 1 package, 1 NUMA node, 0 of memory",
        ),
    ],
)
def test_a_machine_is_told_in_a_line(text: str, summary: str) -> None:
    """Everything is counted, and kinds of cores where there are any."""
    assert words.summary(machines.parse(text)) == summary


def test_memory_apart_has_its_nearest_nodes() -> None:
    """All that are as near as the nearest one; nothing where distances are not known."""
    machine = machines.parse("1x2x1x1:pmem=64Gi")
    nowhere = dataclasses.replace(machine.nodes[2], distances={})

    assert words.near(machine, machine.nodes[2]) == "nearest to nodes 0, 1 (distance 17)"
    assert words.near(machine, nowhere) == ""


def test_clusters_are_told_where_they_are() -> None:
    """Those within some CPUs, and nothing where there are none."""
    machine = machines.parse("laptop")

    assert words.clusters(machine, machine.online) == "clusters: 8-11; 12-15"
    assert words.clusters(machine, 0xFF) == ""


def test_kinds_of_cores_are_counted() -> None:
    """Where there are any."""
    assert words.summary(machines.parse("laptop")).startswith(
        "16 CPUs, 12 cores (4 performance, 8 efficient), 1 package"
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, []),
        (SpeedSelect(power=speeds.OFF, turbo=speeds.OFF, base=speeds.OFF, base_cpus=1), []),
        (speeds.example(0b1111), ["SST-PP profile 1", "SST-CP ordered"]),
        (
            SpeedSelect(
                Profile(supported=True, highest=2),
                base=speeds.ON,
                base_cpus=0b101,
                turbo=speeds.ON,
                power=speeds.ON,
            ),
            ["SST-PP profile 0", "SST-CP proportional", "SST-TF", "SST-BF 0,2"],
        ),
    ],
)
def test_packages_tell_what_of_speed_select_is_in_use(
    found: SpeedSelect | None, told: list[str]
) -> None:
    """What is there and not in use is not worth a word."""
    assert words.package(Package(0, 0b1111, 1, {0: 0b1111}, found)) == ["CPUs 0-3 (4)", *told]
