# SPDX-License-Identifier: Apache-2.0
"""Operations on the disk: whole or not at all, and clear about what stood in the way."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from installer import files, problem


class Crash(BaseException):
    """The end of the program at this instruction."""


def operations(path: Path) -> dict[str, Callable[[files.Files], None]]:
    """Each operation, on a folder as `before` made it."""
    return {
        "write": lambda disk: disk.write(path / "file", b"new"),
        "write new": lambda disk: disk.write(path / "none", b"new"),
        "link": lambda disk: disk.replace_link(path / "link", "new"),
        "remove": lambda disk: disk.remove(path / "file"),
        "remove tree": lambda disk: disk.remove_tree(path / "tree"),
    }


def lay(path: Path) -> None:
    """Make a folder to work on."""
    path.mkdir()
    (path / "file").write_bytes(b"old")
    (path / "file").chmod(0o640)
    (path / "link").symlink_to("old")
    (path / "tree").mkdir()
    (path / "tree/leaf").write_bytes(b"old")


def seen(path: Path) -> dict[str, str]:
    """What a reader finds, without the files that are being made or removed."""
    found = {}
    for at in sorted(path.rglob("*")):
        name = str(at.relative_to(path))
        if files.NEW in name or files.OLD in name:
            continue
        text = str(at.readlink()) if at.is_symlink() else "" if at.is_dir() else at.read_text()
        found[name] = text
    return found


@pytest.mark.parametrize("name", operations(Path()))
def test_an_operation_is_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    """Cut off at any instruction, a reader finds the old or the new; a sweep removes the rest."""
    lay(tmp_path / "whole")
    said: list[str] = []
    operations(tmp_path / "whole")[name](files.Files(before=said.append))
    new = seen(tmp_path / "whole")

    for count in range(len(said)):
        folder = tmp_path / f"cut-{count}"
        lay(folder)
        old = seen(folder)
        left = [count]

        def cut(_what: str, left: list[int] = left) -> None:
            if not left[0]:
                raise Crash
            left[0] -= 1

        with pytest.raises(Crash):
            operations(folder)[name](files.Files(before=cut))
        assert seen(folder) in (old, new)

        files.Files().sweep([folder])
        assert not list(folder.glob(".*"))
        operations(folder)[name](files.Files())
        assert seen(folder) == new


@pytest.mark.parametrize("name", operations(Path()))
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_the_old(tmp_path: Path, name: str, number: int) -> None:
    """Full, read-only or broken at any instruction: one clear problem, and the disk as before."""
    lay(tmp_path / "whole")
    said: list[str] = []
    operations(tmp_path / "whole")[name](files.Files(before=said.append))

    for count, what in enumerate(said):
        if "sync folder" in what or (what.startswith("remove tree") and what.endswith("content")):
            continue  # It has happened by then.
        folder = tmp_path / f"cut-{count}"
        lay(folder)
        old = seen(folder)
        left = [count]

        def refuse(_what: str, left: list[int] = left) -> None:
            if not left[0]:
                raise OSError(number, os.strerror(number))
            left[0] -= 1

        with pytest.raises(problem.FileProblem) as error:
            operations(folder)[name](files.Files(before=refuse))
        assert str(folder) in error.value.message
        assert os.strerror(number) in error.value.message
        assert error.value.hint
        assert error.value.errno == number
        assert seen(folder) == old
        assert not list(folder.glob(f"*{files.NEW}"))


def test_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    """A file that is replaced keeps its mode; a new one is 0644 unless told."""
    disk = files.Files()
    lay(tmp_path / "d")
    disk.write(tmp_path / "d/file", b"x")
    disk.write(tmp_path / "d/new", b"x")
    disk.write(tmp_path / "d/secret", b"x", mode=0o600)

    modes = [stat.S_IMODE((tmp_path / "d" / at).stat().st_mode) for at in ("file", "new", "secret")]
    assert modes == [0o640, 0o644, 0o600]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in place of a file is refused; what it leads to is untouched."""
    (tmp_path / "target").write_bytes(b"other's")
    (tmp_path / "link").symlink_to("target")
    disk = files.Files()

    with pytest.raises(problem.FileProblem, match="symbolic link"):
        disk.write(tmp_path / "link", b"x")
    with pytest.raises(problem.FileProblem, match="symbolic link"):
        disk.append(tmp_path / "link", b"x")
    assert (tmp_path / "target").read_bytes() == b"other's"


def test_pipes_are_no_files(tmp_path: Path) -> None:
    """A pipe in place of a file or a link is not replaced."""
    os.mkfifo(tmp_path / "pipe")
    disk = files.Files()

    with pytest.raises(problem.FileProblem, match="not a regular file"):
        disk.write(tmp_path / "pipe", b"x")
    with pytest.raises(problem.FileProblem, match="no link is there"):
        disk.replace_link(tmp_path / "pipe", "x")


def test_another_owners_file_is_refused(tmp_path: Path) -> None:
    """A file of another user is not replaced: somebody meant it to be theirs."""
    if os.geteuid():
        pytest.fail("cannot test a file of another user: only root gives files away")
    (tmp_path / "file").write_bytes(b"theirs")
    os.chown(tmp_path / "file", 1234, 0)

    with pytest.raises(problem.FileProblem, match="belongs to user 1234"):
        files.Files().write(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_bytes() == b"theirs"


def test_nothing_is_removed_without_error(tmp_path: Path) -> None:
    """What is not there is as it was asked for."""
    disk = files.Files()
    disk.remove(tmp_path / "none/none")
    disk.remove_tree(tmp_path / "none")

    assert disk.remove_folder(tmp_path / "none")


def test_a_folder_with_content_stays(tmp_path: Path) -> None:
    """Only an empty folder is removed."""
    lay(tmp_path / "d")

    assert not files.Files().remove_folder(tmp_path / "d")
    assert (tmp_path / "d/file").exists()


class _Mounted(type(Path())):  # type: ignore[misc]
    """A folder that is mounted into a pod, whose own file system is read-only."""

    def rmdir(self) -> None:
        """Answer as the kernel does."""
        raise OSError(errno.EROFS, "Read-only file system")

    def is_mount(self) -> bool:
        """It is one."""
        return True


def test_a_folder_of_the_pod_stays(tmp_path: Path) -> None:
    """What the pod has mounted cannot be removed from within, which is no failure."""
    assert not files.Files().remove_folder(_Mounted(tmp_path))


def test_a_second_installer_is_told(tmp_path: Path) -> None:
    """The lock is held by one program at a time; the other hears so at once."""
    disk = files.Files()
    with (
        disk.lock(tmp_path / "state/lock"),
        pytest.raises(problem.FileProblem, match="another installer is at work"),
        files.Files().lock(tmp_path / "state/lock"),
    ):
        pytest.fail("held twice")

    with disk.lock(tmp_path / "state/lock"):
        pass


def test_a_failed_append_leaves_no_half(tmp_path: Path) -> None:
    """What could not be synced is taken back."""
    (tmp_path / "j").write_bytes(b"one\n")

    def full(what: str) -> None:
        if what.endswith("sync"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(problem.FileProblem, match="No space left"):
        files.Files(before=full).append(tmp_path / "j", b"two\n")
    assert (tmp_path / "j").read_bytes() == b"one\n"
