# SPDX-License-Identifier: Apache-2.0
"""Records as archives (tar, compressed by gzip), which may come from anybody.

Nothing of an archive is unpacked to disk: it is read into memory, as far as it holds ordinary files
below `sys/`, and not too many of them. The same record is always the same archive.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO

from resmgr.sysfs.files import LARGEST

MOST = 1 << 28
"""Bytes that an archive may have once its compression is undone; 8192 CPUs need half of it."""


class BadArchive(ValueError):
    """An archive is no record; the text says what is wrong with it, in one clause."""


def write(out: IO[bytes], files: Mapping[str, bytes]) -> None:
    """Write files, by their path below the root, as an archive."""
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w|", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path.rstrip("/"))
            if path.endswith("/"):
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            else:
                entry.size, entry.mode = len(content), 0o644
                archive.addfile(entry, io.BytesIO(content))


def read(file: IO[bytes]) -> dict[str, bytes]:
    """Give the files of an archive, by their path below the root. Raises `BadArchive`."""
    try:
        with (
            gzip.GzipFile(fileobj=file, mode="rb") as compressed,
            tarfile.open(fileobj=_Limited(compressed), mode="r|") as archive,
        ):
            return dict(_members(archive))
    except BadArchive:
        raise
    except gzip.BadGzipFile as error:
        message = "it is no archive as `topology record` writes them: gzip did not pack it"
        raise BadArchive(message) from error
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise BadArchive(f"it is no archive as `topology record` writes them: {error}") from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    seen = set()
    for entry in archive:
        path = _path(entry.name)
        if path in seen:
            raise BadArchive(f"it has {path} twice")
        seen.add(path)
        if entry.isdir():
            yield f"{path}/", b""
        elif entry.isreg():
            if entry.size > LARGEST:
                raise BadArchive(f"{path} has more than {LARGEST} bytes")
            content = archive.extractfile(entry)
            yield path, content.read() if content else b""
        else:
            raise BadArchive(f"{path} is no ordinary file; links are not followed")


def _path(name: str) -> str:
    path = name.removeprefix("./").rstrip("/")
    parts = path.split("/")
    if parts[0] != "sys" or not {"", ".", ".."}.isdisjoint(parts):
        raise BadArchive(f"{name[:80]!r} in it is not below sys/")
    return path


class _Limited(io.RawIOBase):
    """Gives the bytes of a stream, up to a limit."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream, self._left = stream, MOST

    def read(self, size: int = -1) -> bytes:
        """Give some bytes. Raises `BadArchive`."""
        content = self._stream.read(size if 0 <= size <= self._left else self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise BadArchive(f"it has more than {MOST >> 20} MiB of files")
        return content
