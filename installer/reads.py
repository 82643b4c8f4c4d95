# SPDX-License-Identifier: Apache-2.0
"""What is on the disk: each method reads, and tells what stood in the way."""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from . import problem

LIMIT = 4 << 20
"""Bytes of a file that is read as a whole, unless the caller says otherwise."""


class Reads:
    """Reads from the disk, and changes nothing.

    Each method raises `problem.FileProblem` for what is there and cannot be read.
    """

    def read(self, path: Path, *, limit: int = LIMIT, follow: bool = False) -> bytes | None:
        """Content of a regular file, None when there is none.

        Refused are links (unless `follow`), folders, devices, and more than `limit` bytes.
        """
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
        with told("read", path):
            try:
                descriptor = os.open(path, flags)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise problem.FileProblem(f"cannot read {path}: not a regular file")
                data = file.read(limit + 1)
        if len(data) > limit:
            raise problem.FileProblem(f"cannot read {path}: larger than {limit} bytes")
        return data

    def link(self, path: Path) -> str | None:
        """Where a symbolic link points, None when there is no such link."""
        with told("read", path):
            try:
                return str(path.readlink())
            except FileNotFoundError:
                return None
            except OSError as error:
                if error.errno == errno.EINVAL:
                    return None
                raise

    def names(self, folder: Path) -> tuple[str, ...]:
        """Names in a folder, sorted; none when it is not there."""
        with told("list", folder):
            try:
                return tuple(sorted(entry.name for entry in folder.iterdir()))
            except FileNotFoundError:
                return ()

    def mode(self, path: Path) -> int | None:
        """`st_mode` of what is there, links not followed; None for nothing."""
        with told("look at", path):
            try:
                return path.lstat().st_mode
            except FileNotFoundError:
                return None

    def size(self, path: Path) -> int | None:
        """Bytes of a regular file, None for nothing and for anything else."""
        with told("look at", path):
            try:
                found = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def sha256(self, path: Path) -> str | None:
        """Hash of a file as the disk has it, not as the cache remembers it; None for nothing."""
        with told("read", path):
            try:
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    return hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                return None

    def free(self, folder: Path) -> int:
        """Bytes that can be written to the file system of the nearest folder that exists."""
        with told("look at", folder):
            found = os.statvfs(_nearest(folder))
        return found.f_bavail * found.f_frsize

    def read_only(self, folder: Path) -> bool:
        """Whether the file system of the nearest folder that exists is mounted read-only."""
        return bool(os.statvfs(_nearest(folder)).f_flag & os.ST_RDONLY)


_HINTS = {
    errno.ENOSPC: "make room on the file system, see `df -h -i {path}`",
    errno.EDQUOT: "make room on the file system, see `df -h -i {path}`",
    errno.EROFS: "mount the file system for writing, see `findmnt -T {path}`",
    errno.EACCES: "look at `ls -ld {path}`",
    errno.EPERM: "look at `lsattr -d {path}`",
    errno.EIO: "the disk is failing, see `dmesg`",
    errno.ELOOP: "put a regular file in its place",
}


@contextlib.contextmanager
def told(verb: str, path: Path) -> Iterator[None]:
    """Raise `problem.FileProblem`, cannot `verb` the path, for an `OSError` inside."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        cause = "it is a symbolic link" if number == errno.ELOOP else error.strerror or str(error)
        hint = _HINTS.get(number, "").format(path=path)
        raise problem.FileProblem(f"cannot {verb} {path}: {cause}", hint, number) from error


def _nearest(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
