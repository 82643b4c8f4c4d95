# SPDX-License-Identifier: Apache-2.0
"""Files in memory."""

from pathlib import Path

import pytest

from ctl.records import held

FILES = {"sys/a/one": b"1", "sys/a/two": b"2", "sys/b/cpu3/": b""}


@pytest.fixture
def reader() -> held.Held:
    """Hold some files."""
    return held.Held(FILES)


def test_files_are_read_by_their_path(reader: held.Held) -> None:
    """What was put in comes out."""
    assert reader.read("/sys/a/two") == b"2"


def test_folders_have_names(reader: held.Held) -> None:
    """Folders on the way to files and empty ones are there."""
    assert reader.names("/") == ["sys"]
    assert reader.names("/sys") == ["a", "b"]
    assert reader.names("/sys/a") == ["one", "two"]
    assert reader.names("/sys/b/cpu3") == []


@pytest.mark.parametrize(
    ("path", "error"),
    [("/sys/c", FileNotFoundError), ("/sys/a", IsADirectoryError), ("", FileNotFoundError)],
)
def test_what_is_no_file_is_not_read(reader: held.Held, path: str, error: type[OSError]) -> None:
    """The error is that of a disk."""
    with pytest.raises(error):
        reader.read(path)


@pytest.mark.parametrize(
    ("path", "error"), [("/sys/c", FileNotFoundError), ("/sys/a/one", NotADirectoryError)]
)
def test_what_is_no_folder_has_no_names(reader: held.Held, path: str, error: type[OSError]) -> None:
    """The error is that of a disk."""
    with pytest.raises(error):
        reader.names(path)


def test_what_was_read_is_remembered(reader: held.Held) -> None:
    """Files that were read, and folders whose number says something; nothing else."""
    remembered = held.Remembered("/", reader)
    remembered.read("/sys/a/one")
    remembered.names("/sys/a")
    remembered.names("/sys/b")
    with pytest.raises(FileNotFoundError):
        remembered.read("/sys/a/none")

    assert remembered.files == {"sys/a/one": b"1", "sys/b/cpu3/": b""}


def test_paths_are_remembered_below_the_root(reader: held.Held) -> None:
    """A record does not tell where it was taken."""
    remembered = held.Remembered("/sys", reader)
    remembered.read("/sys/a/one")

    assert remembered.files == {"a/one": b"1"}


def test_links_may_lead_about_within_the_machine(tmp_path: Path) -> None:
    """That is what sysfs is made of; what leads out of it is not read."""
    (tmp_path / "sys/a").mkdir(parents=True)
    (tmp_path / "sys/a/one").write_text("1", encoding="ascii")
    (tmp_path / "sys/b").symlink_to(tmp_path / "sys/a")
    (tmp_path / "sys/c").symlink_to(tmp_path)
    inside = held.Inside(str(tmp_path))

    assert inside.read(f"{tmp_path}/sys/b/one") == b"1"
    assert inside.names(f"{tmp_path}/sys/b") == ["one"]
    with pytest.raises(PermissionError):
        inside.names(f"{tmp_path}/sys/c")
