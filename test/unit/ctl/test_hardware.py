# SPDX-License-Identifier: Apache-2.0
"""The machine that a command is about."""

import argparse
from pathlib import Path

import pytest

from ctl import exits, hardware, machines, problem
from ctl.records import archive, folder
from resmgr.sysfs import speeds

MACHINE = machines.parse("hybrid:offline=3")
FILES = hardware.of("hybrid:offline=3").record().files


def source(*words: str) -> hardware.Source:
    """Give where the machine comes from that a command line names."""
    command = argparse.ArgumentParser()
    hardware.add_arguments(command)
    return hardware.source(command.parse_args(words))


def packed(path: Path) -> Path:
    """Write the machine as an archive."""
    with path.open("wb") as file:
        archive.write(file, FILES)
    return path


def unpacked(path: Path) -> Path:
    """Write the machine as a folder."""
    folder.write(path, FILES)
    return path


def test_without_words_it_is_this_machine() -> None:
    """It is read below the root, and has no other name."""
    assert source() == hardware.Source("", Path("/"))


@pytest.mark.parametrize("option", ["--sysfs-root", "--host-root"])
def test_a_root_may_be_given_as_to_the_daemon(tmp_path: Path, option: str) -> None:
    """Both names of the option are known."""
    found = source(f"{option}={unpacked(tmp_path / 'root')}").read()

    assert found.machine == MACHINE


def test_the_device_of_this_machine_is_asked_about_no_other(tmp_path: Path) -> None:
    """It would tell of this one."""
    record = str(packed(tmp_path / "machine.tar.gz"))

    assert source().device == speeds.Source()
    assert source(f"--sysfs-root={unpacked(tmp_path / 'root')}").device is None
    assert source(f"--machine={record}").device is None
    assert source("--machine=snc").device is None


@pytest.mark.parametrize("text", ["hybrid:offline=3", "1x2x3x1"])
def test_machines_in_a_word_are_made_up(text: str) -> None:
    """Names and numbers are machines."""
    assert source("--machine", text).read().machine == machines.parse(text)


def test_a_name_counts_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that happens to be called so does not change what the name means."""
    (tmp_path / "snc").write_text("", encoding="ascii")
    monkeypatch.chdir(tmp_path)

    assert source("--machine=snc").made == machines.parse("snc")


def test_records_are_read_in_either_form(tmp_path: Path) -> None:
    """A folder and an archive are the machine that was recorded."""
    for record in (unpacked(tmp_path / "folder"), packed(tmp_path / "file.tar.gz")):
        assert hardware.of(str(record)).read().machine == MACHINE


def test_details_are_left_out_on_demand(tmp_path: Path) -> None:
    """As the daemon reads a machine."""
    found = hardware.of(str(packed(tmp_path / "file.tgz"))).read(detailed=False)

    assert found.machine.caches == ()
    assert found.machine.cpus == MACHINE.cpus


def test_records_of_made_up_machines_are_those_of_real_ones(tmp_path: Path) -> None:
    """What is recorded of a machine in a word is recorded again from its own record."""
    record = hardware.of(str(unpacked(tmp_path / "folder"))).record()

    assert record.machine == MACHINE
    assert record.files == FILES


def test_there_is_one_machine() -> None:
    """Two options that name one each contradict each other."""
    with pytest.raises(problem.Problem, match="both name one") as caught:
        source("--machine=snc", "--sysfs-root=/")

    assert caught.value.status == exits.USAGE


@pytest.mark.parametrize(
    ("text", "message", "status"),
    [
        ("snk", "cannot read machine 'snk': .* did you mean snc", exits.USAGE),
        ("nowhere/file", "cannot read machine nowhere/file: No such file", exits.USAGE),
        ("nothing.tar.gz", "cannot read machine nothing.tar.gz: No such file", exits.USAGE),
    ],
)
def test_what_is_not_there_is_told(text: str, message: str, status: int) -> None:
    """A word that is no machine is one thing, a file that is missing another."""
    with pytest.raises(problem.Problem, match=message) as caught:
        hardware.of(text)

    assert caught.value.status == status


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / "file.tar.gz"
    path.write_text("no archive", encoding="ascii")

    with pytest.raises(problem.Problem, match=f"cannot read machine {path}: it is no archive"):
        hardware.of(str(path))


def test_a_folder_without_a_machine_is_told(tmp_path: Path) -> None:
    """The message names the folder and what was looked for, the hint how to make a good one."""
    with pytest.raises(problem.Problem, match=f"{tmp_path}: cannot find a CPU in") as caught:
        hardware.of(str(tmp_path)).read()

    assert "topology record" in caught.value.hint
