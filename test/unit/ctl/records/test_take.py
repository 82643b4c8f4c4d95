# SPDX-License-Identifier: Apache-2.0
"""Taking records."""

from pathlib import Path

from unit.resmgr.sysfs.isst import driver

from ctl import machines
from ctl.machines import tree
from ctl.records import folder, held, take
from resmgr import cpuset
from resmgr.sysfs import discover

MACHINE = machines.parse("laptop:offline=9:isolated=2")


def written(root: Path) -> Path:
    """Write the machine, among more files than discovery reads."""
    files = {name: text.encode() for name, text in tree.files(MACHINE).items()}
    more = {"sys/devices/system/cpu/cpu0/microcode/version": b"1", "etc/machine-id": b"secret"}
    folder.write(root, files | more)
    return root


def test_a_record_is_the_machine(tmp_path: Path) -> None:
    """What is read from a record is what was read when it was taken."""
    taken = take.take(written(tmp_path))
    again = discover.discover(Path("/"), detailed=True, reader=held.Held(taken.files))

    assert taken.problem == ""
    assert taken.machine == MACHINE
    assert again == discover.Discovered(MACHINE)


def test_a_record_of_a_record_is_the_same(tmp_path: Path) -> None:
    """Exactly what discovery reads is in it."""
    taken = take.take(written(tmp_path))

    assert take.take(Path("/"), held.Held(taken.files)).files == taken.files


def test_what_a_device_tells_is_in_a_record(tmp_path: Path) -> None:
    """A record has it as a file, and is the same when it is taken of a record."""
    kernel = driver.of(MACHINE, driver.processor(features=0x2_0002, base=1))
    taken = take.take(written(tmp_path), device=kernel.source())
    again = discover.discover(Path("/"), detailed=True, reader=held.Held(taken.files))

    assert taken.machine is not None
    assert taken.machine.packages[0].speed_select is not None
    assert again == discover.Discovered(taken.machine)
    assert take.take(Path("/"), held.Held(taken.files)).files == taken.files


def test_what_a_device_does_not_tell_is_told(tmp_path: Path) -> None:
    """The record is sound without it."""
    kernel = driver.of(MACHINE, driver.Package({}))
    taken = take.take(written(tmp_path), device=kernel.source())

    assert taken.machine == MACHINE
    assert len(taken.warnings) == 1
    assert "what Speed Select does to package 0" in taken.warnings[0]


def test_nothing_else_is_in_a_record(tmp_path: Path) -> None:
    """Files that discovery does not read are nobody's business."""
    taken = take.take(written(tmp_path))

    assert {name.split("/")[0] for name in taken.files} == {"sys"}
    assert not any("microcode" in name for name in taken.files)


def test_folders_are_in_a_record_where_nothing_else_tells_of_them(tmp_path: Path) -> None:
    """Links to nodes are folders, and CPUs are what their files are in."""
    folders = {name for name in take.take(written(tmp_path)).files if name.endswith("/")}

    assert folders == {
        f"sys/devices/system/cpu/cpu{id_}/node0/" for id_ in cpuset.ids(MACHINE.online)
    }


def test_links_are_recorded_as_what_they_lead_to(tmp_path: Path) -> None:
    """The link of a CPU to its node becomes an empty folder."""
    root = written(tmp_path)
    link = root / "sys/devices/system/cpu/cpu0/node0"
    link.rmdir()
    link.symlink_to(root / "sys/devices/system/node/node0")
    taken = take.take(root)

    assert taken.files["sys/devices/system/cpu/cpu0/node0/"] == b""
    assert not any(name.startswith("sys/devices/system/cpu/cpu0/node0/c") for name in taken.files)


def test_no_link_brings_other_files_into_a_record(tmp_path: Path) -> None:
    """A folder that somebody made may not name the files of who records it."""
    root = written(tmp_path / "root")
    (tmp_path / "secret").write_text("0", encoding="ascii")
    file = root / "sys/devices/system/cpu/cpu3/topology/core_id"
    file.unlink()
    file.symlink_to(tmp_path / "secret")
    taken = take.take(root)

    assert "cpu3/topology/core_id: a link leads out of the machine's sys" in taken.problem
    assert "sys/devices/system/cpu/cpu3/topology/core_id" not in taken.files


def test_a_machine_that_cannot_be_read_is_recorded_all_the_same(tmp_path: Path) -> None:
    """The file that is wrong is in the record, which is what it is wanted for."""
    root = written(tmp_path)
    (root / "sys/devices/system/cpu/cpu3/topology/core_id").write_text("seven", encoding="ascii")
    taken = take.take(root)

    assert taken.machine is None
    assert "cpu3/topology/core_id: 'seven' is no number" in taken.problem
    assert taken.files["sys/devices/system/cpu/cpu3/topology/core_id"] == b"seven"
