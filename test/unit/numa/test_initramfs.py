# SPDX-License-Identifier: Apache-2.0
"""Archives that a kernel unpacks: what is in them, read by the fields of each entry's head."""

import io
import stat
from collections.abc import Iterator
from pathlib import Path

from numa import initramfs


def entries(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Give name, mode and data of each entry."""
    at = 0
    while at < len(data):
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, length = fields[1], fields[6], fields[11]
        begin = at + 110
        name = data[begin : begin + length - 1].decode()
        begin += length + -(110 + length) % 4
        yield name, mode, data[begin : begin + size]
        at = begin + size + -size % 4


def made(archive_of: io.BytesIO) -> dict[str, tuple[int, bytes]]:
    """Give the entries by name; each has to be there once."""
    found = list(entries(archive_of.getvalue()))
    assert len({name for name, _, _ in found}) == len(found)
    return {name: (mode, data) for name, mode, data in found}


def test_a_console_comes_first_and_the_trailer_last() -> None:
    """An archive without anything else has what a kernel needs, and an end."""
    out = io.BytesIO()
    initramfs.Archive(out).close()

    assert list(made(out)) == ["dev", "dev/console", "TRAILER!!!"]
    assert stat.S_ISCHR(made(out)["dev/console"][0])


def test_files_and_links_come_after_their_folders() -> None:
    """Each folder comes once, before what is in it; modes and contents are kept."""
    out = io.BytesIO()
    archive = initramfs.Archive(out)
    archive.file("a/b/c", b"12345", mode=0o755)
    archive.link("a/b/d", "c")
    archive.close()
    found = made(out)

    assert [name for name in found if name.startswith("a")] == ["a", "a/b", "a/b/c", "a/b/d"]
    assert stat.S_ISDIR(found["a/b"][0])
    assert found["a/b/c"] == (stat.S_IFREG | 0o755, b"12345")
    assert found["a/b/d"] == (stat.S_IFLNK | 0o777, b"c")


def test_a_tree_keeps_links_and_modes(tmp_path: Path) -> None:
    """A folder of the machine comes with all below it."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/program").write_bytes(b"x")
    (tmp_path / "sub/program").chmod(0o700)
    (tmp_path / "link").symlink_to("sub/program")
    out = io.BytesIO()
    archive = initramfs.Archive(out)
    archive.tree("opt", tmp_path)
    archive.close()
    found = made(out)

    assert found["opt/sub/program"] == (stat.S_IFREG | 0o700, b"x")
    assert found["opt/link"] == (stat.S_IFLNK | 0o777, b"sub/program")
