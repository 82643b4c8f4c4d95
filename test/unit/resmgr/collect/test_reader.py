# SPDX-License-Identifier: Apache-2.0
"""Statistics of all containers, read from trees of files."""

import resource
from pathlib import Path

import pytest
from unit.resmgr.collect import trees

from resmgr.collect import reader
from resmgr.collect.reader import Failure, Mounts, Part
from resmgr.samples import Labels

A, B = trees.A, trees.B


@pytest.fixture
def mounts(tmp_path: Path) -> Mounts:
    """Mount points without anything."""
    return Mounts(tmp_path / "cgroup", tmp_path / "cgroup/unified")


def read(mounts: Mounts) -> list[Part]:
    """Read everything."""
    return list(reader.read(mounts, page=4096))


def failures(parts: list[Part]) -> list[Failure]:
    """Give everything that failed."""
    return [failure for part in parts for failure in part.failures]


def values(parts: list[Part]) -> dict[str, dict[Labels, float]]:
    """Give label values and numbers by metric; no label values may be there twice."""
    found: dict[str, dict[Labels, float]] = {}
    for samples in (one for part in parts for one in part.samples):
        numbers = found.setdefault(samples.metric.name, {})
        for labels, value in samples.values:
            assert labels not in numbers
            numbers[labels] = value
    return found


@pytest.mark.parametrize("cgroup", [trees.SYSTEMD, trees.CGROUPFS])
def test_cgroup_v1(mounts: Mounts, cgroup: str) -> None:
    """Every metric is there, each from the hierarchy of its controller."""
    trees.first(mounts.first, cgroup)
    reading = read(mounts)
    found = values(reading)

    assert failures(reading) == []
    assert found["cgroup_numa_stats"][A, "N1", "HierarchicalTotal"] == 30
    assert found["cgroup_memory_usage"] == {(A, "Bytes"): 4096, (A, "MaxBytes"): 8192}
    assert found["cgroup_memory_migrate"] == {(A,): 1}
    assert found["cgroup_cpu_acct"][A, "0", "CPU"] == 120
    assert found["cgroup_hugetlb_usage"] == {
        (A, "1GB", "Bytes"): 0,
        (A, "2MB", "Bytes"): 2097152,
        (A, "1GB", "MaxBytes"): 0,
        (A, "2MB", "MaxBytes"): 4194304,
    }
    assert found["cgroup_blkio_device_usage"][A, "8", "0", "Write"] == 20


@pytest.mark.parametrize("where", ["first", "second"])
def test_cgroup_v2(mounts: Mounts, where: str) -> None:
    """The same names where the kernel has the data, whichever flag names its mount."""
    trees.second(getattr(mounts, where), trees.CGROUPFS)
    reading = read(mounts)
    found = values(reading)

    assert failures(reading) == []
    assert found["cgroup_numa_stats"][A, "N0", "HierarchicalAnon"] == 2
    assert found["cgroup_memory_usage"] == {(A, "Bytes"): 4096, (A, "MaxBytes"): 8192}
    assert "cgroup_memory_migrate" not in found
    assert found["cgroup_cpu_acct"][A, "total", "CPU"] == 30_000
    assert found["cgroup_hugetlb_usage"] == {(A, "2MB", "Bytes"): 2097152}
    assert found["cgroup_blkio_device_usage"][A, "8", "0", "Read"] == 10


def test_both_at_once(mounts: Mounts) -> None:
    """What v1 has a hierarchy for comes from there, and the rest from v2; nothing twice."""
    trees.first(mounts.first)
    trees.second(mounts.second)
    for name in ("hugetlb", "blkio"):
        (mounts.first / name).rename(mounts.first / f"no-{name}")
    found = values(read(mounts))

    assert found["cgroup_cpu_acct"][A, "1", "User"] == 3
    assert (A, "total", "CPU") not in found["cgroup_cpu_acct"]
    assert found["cgroup_hugetlb_usage"] == {(A, "2MB", "Bytes"): 2097152}
    assert (A, "8", "0", "Discard") in found["cgroup_blkio_device_usage"]


def test_without_any_cgroup_there_is_nothing(mounts: Mounts) -> None:
    """It is no failure: the flags may name a machine without containers."""
    reading = read(mounts)

    assert values(reading) == {}
    assert failures(reading) == []


def test_what_has_gone_is_left_out(mounts: Mounts) -> None:
    """A file, or a container in one hierarchy, that vanishes is nothing to talk about."""
    trees.first(mounts.first)
    trees.first(mounts.first, trees.SYSTEMD.replace(A, B))
    memory = mounts.first / "memory" / trees.SYSTEMD
    for file in memory.iterdir():
        file.unlink()
    reading = read(mounts)
    found = values(reading)

    assert failures(reading) == []
    assert found["cgroup_memory_usage"] == {(B, "Bytes"): 4096, (B, "MaxBytes"): 8192}
    assert (A,) in found["cgroup_memory_migrate"]


def test_what_fails_is_told_and_the_rest_is_read(mounts: Mounts) -> None:
    """One container's nonsense costs that container's metric."""
    trees.first(mounts.first)
    for one in (B, "c" * 64):
        trees.first(mounts.first, trees.SYSTEMD.replace(A, one))
        path = mounts.first / "memory" / trees.SYSTEMD.replace(A, one) / "memory.usage_in_bytes"
        path.write_text("much")
    reading = read(mounts)
    found = values(reading)
    (failure, another) = failures(reading)

    assert failure.collector == another.collector == "cgroup_memory_usage"
    assert failure.text.startswith(f"cannot read {mounts.first / 'memory'}")
    assert failure.text.endswith("'much' is no number")
    assert found["cgroup_memory_usage"] == {(A, "Bytes"): 4096, (A, "MaxBytes"): 8192}
    assert len(found["cgroup_memory_migrate"]) == 3


def test_a_hierarchy_that_cannot_be_listed_is_told(mounts: Mounts) -> None:
    """Metrics of the others are there."""
    trees.first(mounts.first)
    top = mounts.first / "blkio/kubepods.slice"
    top.rename(top.with_name("other"))
    top.symlink_to(top.name)
    reading = read(mounts)

    assert [failure.collector for failure in failures(reading)] == ["cgroup_blkio_device_usage"]
    assert len(values(reading)) == 5


def test_a_file_without_end_is_not_read_to_it(mounts: Mounts) -> None:
    """A flag may name anything."""
    trees.first(mounts.first)
    path = mounts.first / "cpuset" / trees.SYSTEMD / "cpuset.memory_migrate"
    path.unlink()
    path.symlink_to("/dev/zero")
    (failure,) = failures(read(mounts))

    assert "it has more than 262144 bytes" in failure.text


def test_files_are_closed(mounts: Mounts) -> None:
    """Many containers need no more descriptors than one."""
    for number in range(50):
        trees.first(mounts.first, trees.CGROUPFS.replace(A, f"{number:064x}"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 8, hard))
    try:
        reading = read(mounts)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert failures(reading) == []
    assert len(values(reading)["cgroup_memory_migrate"]) == 50
