# SPDX-License-Identifier: Apache-2.0
"""Where it is known from what Speed Select does."""

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from unit.resmgr.sysfs import speeds as made
from unit.resmgr.sysfs import trees
from unit.resmgr.sysfs.isst import driver

from resmgr import cpuset
from resmgr.sysfs import discover, files, speedform, speeds
from resmgr.sysfs.machine import Machine

LAPTOP = trees.LAPTOP.machine()
SERVER = trees.SERVER.machine()
OTHERWISE = "priorities of CPUs come from cpufreq"
BASE = driver.processor(features=0x2_0002, base=1)


def find(root: Path, device: speeds.Source | None, machine: Machine = LAPTOP) -> speeds.Found:
    """Look below a root."""
    return speeds.find(files.Folder(root), device, machine)


def recorded(root: Path, content: str) -> Path:
    """Write a record."""
    (root / "sys").mkdir()
    (root / speeds.RECORD).write_text(content, encoding="ascii")
    return root


def test_the_device_is_asked(tmp_path: Path) -> None:
    """What it tells is the machine's."""
    found = find(tmp_path, driver.of(LAPTOP, BASE).source())
    told = found.machine.packages[0].speed_select

    assert found.warnings == ()
    assert told is not None
    assert cpuset.show(told.base_cpus) == "0,4"


@pytest.mark.parametrize("path", ["missing", ""])
def test_without_a_character_device_nothing_is_said(tmp_path: Path, path: str) -> None:
    """Most machines have none; a folder or a file is none."""
    kernel = driver.of(LAPTOP, BASE)

    assert find(tmp_path, speeds.Source(tmp_path / path, kernel)) == speeds.Found(LAPTOP)
    assert kernel.calls == []


def test_the_device_is_that_of_this_machine_alone() -> None:
    """Below another root is another machine, which it knows nothing of."""
    assert speeds.source(Path("/")) == speeds.Source()
    assert speeds.source(Path("/host")) is None
    assert str(speeds.Source().path) == "/dev/isst_interface"


def test_a_record_is_as_good_as_the_device(tmp_path: Path) -> None:
    """And counts before it: the device is not asked then."""
    package = LAPTOP.packages[0]
    known = {0: replace(package, speed_select=made.example(package.cpus))}
    kernel = driver.of(LAPTOP, BASE)
    found = find(recorded(tmp_path, speedform.text(known)), kernel.source())

    assert found == speeds.Found(replace(LAPTOP, packages=known))
    assert kernel.calls == []


def test_a_record_that_is_none_is_told(tmp_path: Path) -> None:
    """Once, and the machine goes without."""
    found = find(recorded(tmp_path, "{"), None)

    assert found.machine == LAPTOP
    assert found.warnings == (
        f"cannot read {tmp_path}/sys/speed-select.json: it is no JSON; {OTHERWISE}",
    )


def test_packages_that_fail_are_told_one_by_one(tmp_path: Path) -> None:
    """The others keep what they know."""
    kernel = driver.of(SERVER, BASE, driver.processor(profiles=1 << 16))
    found = find(tmp_path, kernel.source(), SERVER)

    assert [package.speed_select is None for package in found.machine.packages.values()] == [
        False,
        True,
    ]
    why = "profile 1 is in use, the highest is 0"
    assert found.warnings == (
        f"cannot ask /dev/null what Speed Select does to package 1: {why}; {OTHERWISE}",
    )


def test_a_device_that_speaks_otherwise_is_told_once(tmp_path: Path) -> None:
    """However many packages there are."""
    kernel = replace(driver.of(SERVER, BASE, BASE), version=2)
    found = find(tmp_path, kernel.source(), SERVER)

    assert found.machine == SERVER
    why = "version 2 of its interface is not supported: it is spoken to through TPMI"
    assert found.warnings == (f"cannot ask /dev/null what Speed Select does: {why}; {OTHERWISE}",)


def test_a_device_that_cannot_be_opened_is_told_once(tmp_path: Path) -> None:
    """Drivers may be about to go away."""

    def kernel(*_: object) -> int:
        raise OSError(errno.ENODEV, "No such device")

    found = find(tmp_path, speeds.Source(Path("/dev/null"), kernel))

    assert found.machine == LAPTOP
    assert len(found.warnings) == 1
    assert f"No such device; {OTHERWISE}" in found.warnings[0]


def test_a_device_of_another_kind_is_told_once(tmp_path: Path) -> None:
    """The kernel itself says that it knows no such call."""
    found = find(tmp_path, speeds.Source(Path("/dev/null")))

    assert found.machine == LAPTOP
    assert len(found.warnings) == 1
    assert "is not answered: Inappropriate ioctl for device" in found.warnings[0]


def test_discovery_asks_the_device_that_it_is_given(tmp_path: Path) -> None:
    """And none where it is given none."""
    trees.LAPTOP.write(tmp_path)
    kernel = driver.of(LAPTOP, BASE, driver.processor())

    assert discover.discover(tmp_path).machine.packages[0].speed_select is None
    found = discover.discover(tmp_path, device=kernel.source()).machine

    assert found.packages[0].speed_select is not None


def test_nothing_is_loaded_where_there_is_no_device() -> None:
    """The daemon stays small on all other machines."""
    code = (
        "import sys; from pathlib import Path; from resmgr.sysfs import discover, speeds;"
        "discover.discover(Path('/'), device=speeds.Source(Path('/dev/missing')));"
        "print(*(name for name in sys.modules if 'isst' in name or 'speedform' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
