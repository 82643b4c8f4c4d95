# SPDX-License-Identifier: Apache-2.0
"""The state folder: modes, the lock, bad files kept aside."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.resmgr.state import samples

from resmgr.state import errors, folder


@pytest.fixture
def _open_umask() -> Iterator[None]:
    """A process that would let everybody write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_umask")
def test_a_missing_folder_is_made_narrow(tmp_path: Path) -> None:
    """The folder has mode 0710, whatever the umask."""
    warning = folder.prepare(tmp_path / "a" / "state")

    assert warning == ""
    assert (tmp_path / "a" / "state").stat().st_mode & 0o7777 == 0o710


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """Others could tell root where containers run; the message has mode and remedy."""
    tmp_path.chmod(mode)

    with pytest.raises(errors.CannotUse, match=rf"mode {mode:04o}.*chmod go-w"):
        folder.prepare(tmp_path)


def test_a_folder_that_others_read_is_worth_a_warning(tmp_path: Path) -> None:
    """A wider mode than needed is told, and used."""
    tmp_path.chmod(0o755)

    assert "0755" in folder.prepare(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """What stands in the folder's place is left alone."""
    (tmp_path / "state").write_text("mine")

    with pytest.raises(errors.CannotUse, match="it is no folder"):
        folder.prepare(tmp_path / "state")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """The same holds for the file itself."""
    path = tmp_path / "state.db"
    path.touch()
    path.chmod(mode)

    with pytest.raises(errors.CannotUse, match="others may write to it"):
        folder.check_file(path)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_that_others_read_is_taken(tmp_path: Path, mode: int) -> None:
    """The original's files have mode 0644."""
    path = tmp_path / "state.db"
    path.touch()
    path.chmod(mode)

    folder.check_file(path)


def test_a_missing_file_is_fine(tmp_path: Path) -> None:
    """It will be made."""
    folder.check_file(tmp_path / "state.db")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the file's place is told."""
    with pytest.raises(errors.CannotUse, match="it is no file"):
        folder.check_file(tmp_path)


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    """The second one is refused, and can have the folder once the first has let it go."""
    held = folder.lock(tmp_path)

    with pytest.raises(errors.CannotUse, match="another process keeps its state there"):
        folder.lock(tmp_path)

    folder.unlock(held)
    folder.unlock(folder.lock(tmp_path))


def test_bad_files_keep_their_companions(tmp_path: Path) -> None:
    """The log of a bad file goes along under the name that sqlite looks for."""
    path = tmp_path / "state.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).write_text("x" + suffix)

    kept = folder.put_aside(path, samples.NOW)

    assert kept.name == "state.db.bad-20231114T221320Z"
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {
        kept.name: "x",
        f"{kept.name}-wal": "x-wal",
        f"{kept.name}-shm": "x-shm",
    }


def test_two_bad_files_of_a_second_are_both_kept(tmp_path: Path) -> None:
    """No bad file takes another one's name."""
    path = tmp_path / "state.db"
    names = []
    for text in ("one", "two"):
        path.write_text(text)
        names.append(folder.put_aside(path, samples.NOW).name)

    assert [(tmp_path / name).read_text() for name in names] == ["one", "two"]


def test_a_few_bad_files_are_kept(tmp_path: Path) -> None:
    """The oldest go, with their companions, so that bad starts do not fill the disk."""
    path = tmp_path / "state.db"
    for second in range(12):
        path.write_text(str(second))
        path.with_name("state.db-wal").write_text(str(second))
        folder.put_aside(path, samples.NOW + second // 11)

    kept = sorted(tmp_path.glob("*"))
    assert len(kept) == 2 * folder.KEPT
    assert {one.read_text() for one in kept} == {"9", "10", "11"}


def test_room_is_what_the_disk_has_left(tmp_path: Path) -> None:
    """A folder's room is that of its file system."""
    disk = os.statvfs(tmp_path)

    assert 0 < folder.room(tmp_path) <= disk.f_blocks * disk.f_frsize
