# SPDX-License-Identifier: Apache-2.0
"""The only module that changes the disk: each public method is one durable, atomic operation.

An operation that fails leaves what was there and raises `problem.FileProblem`. One that is cut off
(power loss, kill) leaves either the old or the new, and at most a file of ours beside it, whose
name ends in `.cri-resmgr-new` or `.cri-resmgr-old`; `sweep` removes those at the next start.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import problem, reads

NEW = ".cri-resmgr-new"
OLD = ".cri-resmgr-old"
"""Ends of the names of files that are not finished, and of trees that are being removed."""

_CHUNK = 1 << 20


class Locked(problem.FileProblem):
    """Another installer is at work."""


def _nothing(_operation: str) -> None:
    pass


class Files(reads.Reads):
    """The disk, to read and to change.

    `before` is told each operation and each instruction inside it, before it happens. Crash tests
    raise from `before`; what it raises goes through, and nothing is tidied up, as after a power
    loss. It is also where a program counts its writes.
    """

    def __init__(self, *, before: Callable[[str], None] = _nothing) -> None:
        self._before = before

    def write(self, path: Path, data: bytes, *, mode: int | None = None) -> None:
        """Replace the file by a new one with this content.

        Without `mode`, the mode and group of the file that is there are kept (0644 for a new one).
        Refuses links, what is no regular file, and files of another owner.
        """
        with reads.told("write", path):
            self._before(f"write {path}")
            kept = _replaceable(path)
            temporary = self._fresh(path)
            bits = mode if mode is not None else stat.S_IMODE(kept.st_mode) if kept else 0o644
            try:
                with temporary.open("xb") as file:
                    if kept is not None and os.fstat(file.fileno()).st_gid != kept.st_gid:
                        os.fchown(file.fileno(), -1, kept.st_gid)
                    os.fchmod(file.fileno(), bits)
                    self._before(f"write {path}: content")
                    file.write(data)
                    file.flush()
                    self._before(f"write {path}: sync")
                    os.fsync(file.fileno())
                self._before(f"write {path}: rename")
                temporary.rename(path)
            except OSError:
                _drop(temporary)
                raise
            self._before(f"write {path}: sync folder")
            _sync(path.parent)

    def append(self, path: Path, data: bytes, *, mode: int = 0o600) -> None:
        """Add to the end of a file, which is made when it is not there.

        The one operation that is not atomic: a part of `data` may be left. Readers detect that.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with reads.told("append to", path):
            self._before(f"append {path}")
            with os.fdopen(os.open(path, flags, mode), "ab") as file:
                length = file.tell()
                try:
                    file.write(data)
                    file.flush()
                    self._before(f"append {path}: sync")
                    os.fsync(file.fileno())
                except OSError:
                    with contextlib.suppress(OSError):
                        os.ftruncate(file.fileno(), length)
                    raise
                if length == 0:
                    _sync(path.parent)

    def replace_link(self, path: Path, target: str) -> None:
        """Make `path` a symbolic link to `target`, in place of the link that is there."""
        with reads.told("link", path):
            self._before(f"link {path}")
            mode = self.mode(path)
            if mode is not None and not stat.S_ISLNK(mode):
                raise problem.FileProblem(f"cannot link {path}: something that is no link is there")
            temporary = self._fresh(path)
            temporary.symlink_to(target)
            try:
                self._before(f"link {path}: rename")
                temporary.rename(path)
            except OSError:
                _drop(temporary)
                raise
            self._before(f"link {path}: sync folder")
            _sync(path.parent)

    def remove(self, path: Path) -> None:
        """Remove a file or link; nothing there is fine."""
        with reads.told("remove", path):
            self._before(f"remove {path}")
            try:
                path.unlink()
            except FileNotFoundError:
                return
            self._before(f"remove {path}: sync folder")
            _sync(path.parent)

    def make_folder(self, path: Path, mode: int = 0o755) -> None:
        """Make a folder with those above it; one that is there is left as it is."""
        with reads.told("make folder", path):
            self._before(f"make folder {path}")
            path.mkdir(mode, parents=True, exist_ok=True)
            _sync(path.parent)

    def remove_folder(self, path: Path) -> bool:
        """Remove an empty folder; False when it has to stay (in use as a mount, or not empty)."""
        with reads.told("remove folder", path):
            self._before(f"remove folder {path}")
            try:
                path.rmdir()
            except FileNotFoundError:
                return True
            except OSError as error:
                if error.errno in (errno.EBUSY, errno.ENOTEMPTY, errno.EEXIST):
                    return False
                if error.errno == errno.EROFS and path.is_mount():
                    return False  # in a pod, whose own file system around it is read-only
                raise
            _sync(path.parent)
        return True

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with all that is in it; it is gone from its name in one instruction."""
        with reads.told("remove", path):
            self._before(f"remove tree {path}")
            aside = path.with_name(f".{path.name}{OLD}")
            _drop_tree(aside)
            try:
                path.rename(aside)
            except FileNotFoundError:
                return
            self._before(f"remove tree {path}: sync folder")
            _sync(path.parent)
            self._before(f"remove tree {path}: content")
            _drop_tree(aside)

    def remove_any(self, path: Path) -> None:
        """Remove whatever is there: a folder with its content, or anything else."""
        mode = self.mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            self.remove_tree(path)
        else:
            self.remove(path)

    def copy_file(self, source: Path, path: Path, mode: int) -> None:
        """Copy a file to a place where nothing is yet, synced. Not atomic: see `rename`."""
        with reads.told("copy", path):
            self._before(f"copy {path}")
            try:
                with source.open("rb") as reader, path.open("xb") as writer:
                    os.fchmod(writer.fileno(), mode)
                    while chunk := reader.read(_CHUNK):
                        writer.write(chunk)
                    writer.flush()
                    self._before(f"copy {path}: sync")
                    os.fsync(writer.fileno())
            except OSError as error:
                if error.errno != errno.EEXIST:
                    _drop(path)
                raise

    def make_link(self, path: Path, target: str) -> None:
        """Make a symbolic link where nothing is yet. Not synced: see `rename`."""
        with reads.told("link", path):
            self._before(f"make link {path}")
            path.symlink_to(target)

    def rename(self, path: Path, to: Path) -> None:
        """Give a finished folder its name, under which there must be nothing."""
        with reads.told("rename", path):
            self._before(f"rename {to}")
            for folder, _folders, _names in os.walk(path):
                _sync(Path(folder))
            self._before(f"rename {to}: rename")
            path.rename(to)
            self._before(f"rename {to}: sync folder")
            _sync(to.parent)

    def sweep(self, folders: Iterable[Path]) -> None:
        """Remove what interrupted operations left in these folders."""
        for folder in folders:
            for name in self.names(folder):
                if name.startswith(".") and name.endswith((NEW, OLD)):
                    self._before(f"sweep {folder / name}")
                    with reads.told("remove", folder / name):
                        _drop_tree(folder / name)

    @contextlib.contextmanager
    def lock(self, path: Path) -> Iterator[None]:
        """Hold the lock file; raises `Locked` at once when another program holds it."""
        self.make_folder(path.parent, 0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with reads.told("lock", path):
            descriptor = os.open(path, flags, 0o600)
        try:
            with reads.told("lock", path):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise Locked(
                        f"cannot lock {path}: another installer is at work on this node",
                        "wait until it has ended, or look at `cri-resmgr-installer status`",
                    ) from None
            yield
        finally:
            os.close(descriptor)

    def _fresh(self, path: Path) -> Path:
        temporary = path.with_name(f".{path.name}{NEW}")
        _drop_tree(temporary)
        return temporary


def _replaceable(path: Path) -> os.stat_result | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise problem.FileProblem(
            f"cannot write {path}: it is a symbolic link", "put a regular file in its place"
        )
    if not stat.S_ISREG(found.st_mode):
        raise problem.FileProblem(f"cannot write {path}: not a regular file")
    if found.st_uid != os.geteuid():
        raise problem.FileProblem(
            f"cannot write {path}: it belongs to user {found.st_uid}",
            f"chown {os.geteuid()} {path}",
        )
    return found


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _drop_tree(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(path)
    else:
        path.unlink()
