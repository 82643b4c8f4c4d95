# SPDX-License-Identifier: Apache-2.0
"""Records as folders."""

from pathlib import Path

import pytest

from ctl.records import folder


def test_files_and_folders_are_made(tmp_path: Path) -> None:
    """Below a folder that is made, too."""
    folder.write(tmp_path / "new", {"sys/a/one": b"1", "sys/a/two": b"2", "sys/b/": b""})

    assert (tmp_path / "new/sys/a/two").read_bytes() == b"2"
    assert (tmp_path / "new/sys/b").is_dir()


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A folder that is not empty, or a file, is refused."""
    (tmp_path / "file").write_text("mine", encoding="ascii")

    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(FileExistsError):
            folder.write(place, {"sys/a": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
