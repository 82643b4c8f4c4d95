# SPDX-License-Identifier: Apache-2.0
"""Caches and clusters."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr.sysfs import details, discover, files
from resmgr.sysfs.machine import Cache, CacheType

THIRD = {"level": "3", "type": "Unified", "size": "32M", "shared_cpu_list": "0-3"}
FIRST = {"level": "1", "type": "Data", "size": "48K"}


def cache(cpu: int, index: int, content: Mapping[str, str], **changed: str) -> dict[str, str]:
    """Give the files of a cache."""
    return {
        f"cpu{cpu}/cache/index{index}/{name}": text for name, text in {**content, **changed}.items()
    }


def find(root: Path, tree: Mapping[str, str], online: int = 0b1111) -> details.Details:
    """Read the details of a tree."""
    trees.write(root, tree)
    return details.find(files.Folder(root), online)


def test_a_cache_is_read_from_the_first_cpu_that_has_it(tmp_path: Path) -> None:
    """The files of the others that share it are not needed."""
    own = cache(0, 0, FIRST, shared_cpu_list="0-1") | cache(2, 0, FIRST, shared_cpu_list="2-3")
    found = find(tmp_path, own | cache(0, 1, THIRD) | {"cpu2/cache/index1/level": "broken"})

    assert found == details.Details(
        (
            Cache(1, CacheType.DATA, 48 << 10, 0b0011),
            Cache(1, CacheType.DATA, 48 << 10, 0b1100),
            Cache(3, CacheType.UNIFIED, 32 << 20, 0b1111),
        )
    )


def test_a_cache_may_have_other_numbers_at_other_cores(tmp_path: Path) -> None:
    """It is one cache all the same."""
    own = cache(0, 0, FIRST, shared_cpu_list="0") | cache(0, 1, THIRD) | cache(3, 0, THIRD)
    found = find(tmp_path, own)

    assert [cache.level for cache in found.caches] == [1, 3]
    assert found.warnings == ()


def test_offline_cpus_share_nothing(tmp_path: Path) -> None:
    """A CPU that is offline is left out, though kernels may still list it."""
    found = find(tmp_path, cache(1, 0, THIRD), online=0b1110)

    assert [cache.cpus for cache in found.caches] == [0b1110]


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"size": "big"}, "cpu0/cache/index0/size: 'big' is no size"),
        ({"type": "Trace"}, "cpu0/cache/index0/type: 'Trace' is no type"),
        ({"level": "x"}, "cpu0/cache/index0/level: 'x' is no number"),
        ({"shared_cpu_list": "0-"}, "cpu0/cache/index0/shared_cpu_list: cannot read '0-'"),
    ],
)
def test_a_cache_that_cannot_be_read_is_told(
    tmp_path: Path, changed: dict[str, str], warning: str
) -> None:
    """It is left out, and the others are read."""
    tree = cache(0, 0, THIRD, **{"shared_cpu_list": "0", **changed}) | cache(0, 1, THIRD)
    found = find(tmp_path, tree, online=0b1)

    assert [cache.cpus for cache in found.caches] == [0b1]
    assert len(found.warnings) == 1
    assert warning in found.warnings[0]


def test_a_cpu_has_one_cache_of_a_kind(tmp_path: Path) -> None:
    """Of two caches that claim a CPU the second one is told and left out."""
    found = find(tmp_path, cache(0, 0, THIRD) | cache(4, 0, THIRD, shared_cpu_list="3-4"), 0b11111)

    assert [cache.cpus for cache in found.caches] == [0b1111]
    assert "cpu4/cache/index0/shared_cpu_list: CPU 3 shares one with CPUs 0-3" in found.warnings[0]


def test_there_is_an_end_to_what_is_told(tmp_path: Path) -> None:
    """A machine without a readable cache has a few warnings, not thousands."""
    tree = {f"cpu{cpu}/cache/index0/size": "x" for cpu in range(40)}
    found = find(tmp_path, tree, (1 << 40) - 1)

    assert len(found.warnings) == 6
    assert found.warnings[-1] == "35 more files of caches and clusters cannot be read"


def test_clusters_are_those_that_the_hardware_has(tmp_path: Path) -> None:
    """Where kernels write that there is none, and where they write nothing, there is none."""
    found = find(
        tmp_path,
        {
            "cpu0/topology/cluster_id": "7",
            "cpu0/topology/cluster_cpus_list": "0-1,9",
            "cpu1/topology/cluster_id": "7",
            "cpu2/topology/cluster_id": "65535",
            "cpu2/topology/cluster_cpus_list": "2",
        },
    )

    assert found.clusters == (0b0011,)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("text", "warning"), [("?", "is no id"), ("1-2", "CPUs 1 are in another cluster, too")]
)
def test_a_cluster_that_cannot_be_is_told(tmp_path: Path, text: str, warning: str) -> None:
    """It is left out."""
    found = find(
        tmp_path,
        {
            "cpu0/topology/cluster_id": "0",
            "cpu0/topology/cluster_cpus_list": "0-1",
            "cpu2/topology/cluster_id": "1",
            "cpu2/topology/cluster_cpus_list": text,
        },
    )

    assert found.clusters == (0b0011,)
    assert "cpu2/topology/cluster_cpus_list" in found.warnings[0]
    assert warning in found.warnings[0]


def test_details_are_read_on_demand(tmp_path: Path) -> None:
    """The daemon, which needs none, is not held up by them."""
    trees.write(tmp_path, trees.FLAT.files())
    trees.write(tmp_path / trees.CPU, cache(0, 0, THIRD, shared_cpu_list="0-7"))

    assert discover.discover(tmp_path).machine.caches == ()
    assert len(discover.discover(tmp_path, detailed=True).machine.caches) == 1
