# SPDX-License-Identifier: Apache-2.0
"""Records as archives."""

import gzip
import io
import tarfile
from collections.abc import Mapping

import hypothesis
import hypothesis.strategies as st
import pytest

from ctl.records import archive
from resmgr.sysfs.files import LARGEST

FILES = {"sys/a/cpulist": b"0-3\n", "sys/a/node0/": b"", "sys/b": b""}


def packed(*entries: tarfile.TarInfo, content: bytes = b"") -> io.BytesIO:
    """Make an archive of entries, each with the same content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for entry in entries:
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    out.seek(0)
    return out


def entry(name: str, **attributes: object) -> tarfile.TarInfo:
    """Make an entry of an archive."""
    made = tarfile.TarInfo(name)
    for attribute, value in attributes.items():
        setattr(made, attribute, value)
    return made


def round_trip(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write and read files."""
    out = io.BytesIO()
    archive.write(out, files)
    out.seek(0)
    return archive.read(out)


def test_what_is_written_is_read() -> None:
    """Files and empty folders come back."""
    assert round_trip(FILES) == FILES


def test_the_same_files_are_the_same_archive() -> None:
    """Neither time nor user nor order is in it."""
    one, other = io.BytesIO(), io.BytesIO()
    archive.write(one, FILES)
    archive.write(other, dict(reversed(FILES.items())))

    assert one.getvalue() == other.getvalue()


def test_archives_of_tar_are_read() -> None:
    """Who packs a folder by hand may have `./` in front of each name."""
    files = archive.read(packed(entry("./sys/a"), entry("./sys/b"), content=b"1"))

    assert files == {"sys/a": b"1", "sys/b": b"1"}


@pytest.mark.parametrize(
    "name",
    ["/sys/a", "etc/passwd", "sys/../../etc/passwd", "../sys/a", "sys//a", "", ".", "sysa/b"],
)
def test_only_what_is_below_sys_is_taken(name: str) -> None:
    """Other names, and those that lead out of it, are refused."""
    with pytest.raises(archive.BadArchive, match="is not below sys/"):
        archive.read(packed(entry(name)))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_only_files_and_folders_are_taken(kind: bytes) -> None:
    """Links and devices are refused."""
    with pytest.raises(archive.BadArchive, match="sys/a is no ordinary file"):
        archive.read(packed(entry("sys/a", type=kind, linkname="/etc/passwd")))


def test_nothing_is_there_twice() -> None:
    """Which of two files counts would be a matter of the reader."""
    with pytest.raises(archive.BadArchive, match="it has sys/a twice"):
        archive.read(packed(entry("sys/a"), entry("./sys/a")))


def test_large_files_are_refused() -> None:
    """No file of sysfs that is read is that large."""
    with pytest.raises(archive.BadArchive, match=f"sys/a has more than {LARGEST} bytes"):
        archive.read(packed(entry("sys/a"), content=b"0" * (LARGEST + 1)))


def test_there_is_an_end_to_what_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive cannot fill the memory."""
    monkeypatch.setattr(archive, "MOST", 1 << 20)
    many = [entry(f"sys/{number}") for number in range(16)]

    with pytest.raises(archive.BadArchive, match="it has more than 1 MiB of files"):
        archive.read(packed(*many, content=b"0" * 100_000))


def test_an_archive_that_is_cut_off_is_none() -> None:
    """The message says so."""
    whole = packed(entry("sys/a"), content=bytes(range(256)) * 50).getvalue()

    with pytest.raises(archive.BadArchive, match="it is no archive as `topology record` writes"):
        archive.read(io.BytesIO(whole[: len(whole) // 2]))


def test_another_file_is_no_archive() -> None:
    """It is told without the bytes that it begins with."""
    with pytest.raises(archive.BadArchive) as caught:
        archive.read(io.BytesIO(b"# a configuration"))

    assert str(caught.value).endswith("writes them: gzip did not pack it")


@hypothesis.settings(deadline=None)
@hypothesis.given(st.binary(max_size=400), st.booleans())
def test_what_is_no_archive_is_told(content: bytes, compressed: bool) -> None:  # noqa: FBT001
    """Any bytes are files below sys/, or refused in one way."""
    try:
        found = archive.read(io.BytesIO(gzip.compress(content) if compressed else content))
    except archive.BadArchive:
        return
    assert all(name.startswith("sys") for name in found)
