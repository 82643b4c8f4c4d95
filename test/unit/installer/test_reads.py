# SPDX-License-Identifier: Apache-2.0
"""Reading the disk: nothing is none, and what is no file of its own is refused."""

import hashlib
import os
from pathlib import Path

import pytest

from installer import problem, reads

DISK = reads.Reads()


def test_nothing_is_read_as_none(tmp_path: Path) -> None:
    """What is not there is none, no error."""
    none = tmp_path / "none"
    found = [look(none) for look in (DISK.read, DISK.link, DISK.mode, DISK.size, DISK.sha256)]

    assert found == [None] * len(found)
    assert DISK.read(none / "none") is None
    assert DISK.names(none) == ()


def test_a_file_is_read(tmp_path: Path) -> None:
    """As a whole, with its size and hash."""
    file = tmp_path / "file"
    file.write_bytes(b"content")

    assert DISK.read(file) == b"content"
    assert DISK.size(file) == 7
    assert DISK.sha256(file) == hashlib.sha256(b"content").hexdigest()
    assert DISK.names(tmp_path) == ("file",)


def test_links_are_not_followed_unasked(tmp_path: Path) -> None:
    """A link in place of a file is refused; it is followed for who asks for it."""
    (tmp_path / "target").write_bytes(b"other's")
    link = tmp_path / "link"
    link.symlink_to("target")

    with pytest.raises(problem.FileProblem, match=f"cannot read {link}: it is a symbolic link"):
        DISK.read(link)
    assert DISK.read(link, follow=True) == b"other's"
    assert DISK.link(link) == "target"
    assert DISK.link(tmp_path / "target") is None


def test_pipes_and_folders_are_no_files(tmp_path: Path) -> None:
    """A pipe in place of a file does not hang us."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(problem.FileProblem, match="not a regular file"):
        DISK.read(tmp_path / "pipe")
    with pytest.raises(problem.FileProblem):
        DISK.read(tmp_path)
    assert DISK.size(tmp_path / "pipe") is None


def test_large_files_are_not_read(tmp_path: Path) -> None:
    """More than the limit is a problem, not a lot of memory."""
    (tmp_path / "file").write_bytes(b"x" * 11)

    with pytest.raises(problem.FileProblem, match="larger than 10 bytes"):
        DISK.read(tmp_path / "file", limit=10)


def test_the_room_of_a_folder_that_is_not_there_is_that_above_it(tmp_path: Path) -> None:
    """It would be made there."""
    assert DISK.free(tmp_path / "none/none") > 0
    assert DISK.read_only(tmp_path / "none") is DISK.read_only(tmp_path)
