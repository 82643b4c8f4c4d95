# SPDX-License-Identifier: Apache-2.0
"""Where devices are."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr.sysfs import hints
from resmgr.sysfs.hints import Devices, Hint

PCI = "sys/devices/pci0000:00/0000:00:1f.2"
OTHER = "sys/devices/pci0000:80/0000:80:01.0"
NEAR = {f"{PCI}/local_cpulist": "0-7", f"{PCI}/numa_node": "1"}
FAR = {f"{OTHER}/local_cpulist": "8-15", f"{OTHER}/numa_node": "3"}


def near(root: Path, files: Mapping[str, str], folder: str) -> tuple[Hint, ...]:
    """Give what is told of a device whose folder in sysfs is given."""
    trees.write(root, files)
    (root / folder).mkdir(parents=True, exist_ok=True)
    link = root / "sys/dev/block/8:1"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(root / folder)
    return Devices(root, lambda _: "block/8:1").near("/dev/it")


def link(root: Path, name: str, to: str) -> None:
    """Make a link from one folder of sysfs to another."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / to).mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(root / to)


@pytest.mark.parametrize(
    ("files", "folder", "expected"),
    [
        (NEAR, PCI, [Hint(f"/{PCI}", "0-7", "1")]),
        (NEAR, f"{PCI}/ata1/block/sda/sda1", [Hint(f"/{PCI}", "0-7", "1")]),
        ({f"{PCI}/numa_node": "1"}, PCI, [Hint(f"/{PCI}", sockets="1")]),
        (
            {
                f"{PCI}/local_cpulist": "8-15",
                f"{PCI}/numa_node": "0",
                f"{PCI}/x/numa_node": "1",
            },
            f"{PCI}/x",
            [Hint(f"/{PCI}/x", "8-15", "0")],
        ),
        ({f"{PCI}/numa_node": "-1"}, f"{PCI}/x", []),
        ({f"{PCI}/local_cpulist": ""}, PCI, []),
        ({}, "sys/bus/elsewhere", []),
    ],
)
def test_the_nearest_folder_that_tells_counts(
    tmp_path: Path, files: Mapping[str, str], folder: str, expected: list[Hint]
) -> None:
    """The table of section B.7: lists of CPUs, nodes, or a socket where there is no list."""
    assert list(near(tmp_path, files, folder)) == expected


def test_a_device_of_others_is_where_they_are(tmp_path: Path) -> None:
    """Device-mapper on two disks."""
    trees.write(tmp_path, NEAR | FAR)
    mapper = "sys/devices/virtual/block/dm-0"
    link(tmp_path, f"{mapper}/slaves/sda", f"{PCI}/block/sda")
    link(tmp_path, f"{mapper}/slaves/sdb", f"{OTHER}/block/sdb")

    assert near(tmp_path, {}, mapper) == (
        Hint(f"/{PCI}", "0-7", "1"),
        Hint(f"/{OTHER}", "8-15", "3"),
    )


def test_a_group_of_devices_is_where_they_are(tmp_path: Path) -> None:
    """A vfio group."""
    trees.write(tmp_path, NEAR | FAR)
    link(tmp_path, "sys/kernel/iommu_groups/42/devices/a", PCI)
    link(tmp_path, "sys/kernel/iommu_groups/42/devices/b", OTHER)

    assert len(near(tmp_path, {}, "sys/devices/virtual/vfio/42")) == 2


def test_devices_that_are_made_of_themselves_come_to_an_end(tmp_path: Path) -> None:
    """No machine has such, but links can be anything."""
    link(tmp_path, f"{PCI}/slaves/self", PCI)

    assert near(tmp_path, NEAR, PCI) == (Hint(f"/{PCI}", "0-7", "1"),)


def test_what_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    """A folder in place of a file, a device that sysfs does not know."""
    assert near(tmp_path, {f"{PCI}/local_cpulist/": ""}, PCI) == ()
    assert Devices(tmp_path, lambda _: "block/9:9").near("/dev/it") == ()
    assert Devices(tmp_path).near("/nowhere") == ()


def test_paths_have_devices() -> None:
    """A device node has its own, a file that of its file system; virtual ones have none."""
    null = hints.device(Path("/dev/null"))
    number = Path("/").stat().st_dev

    assert null == "char/1:3"
    assert hints.device(Path("/proc/self/status")) == ""
    assert hints.device(Path("/nowhere/at/all")) == ""
    assert hints.device(Path("/")) == (
        f"block/{os.major(number)}:{os.minor(number)}" if os.major(number) else ""
    )
