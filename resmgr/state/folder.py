# SPDX-License-Identifier: Apache-2.0
"""The state folder: who may write to it, who has it, and where bad files are kept.

Containers are placed by what stands in this folder, and root reads it, so nobody but its owner may
be able to write there. Source: resource manager, section 8.1.
"""

import contextlib
import errno
import fcntl
import os
import stat
import time
from pathlib import Path

from .errors import CannotUse

FOLDER_MODE = 0o710
FILE_MODE = 0o600
"""Narrower than the original's 0644: environment variables of containers stand in the file."""

KEPT = 3
"""Bad files that are kept; older ones are removed."""

_BESIDE = ("-wal", "-shm")
"""Ends of the names of files that sqlite keeps beside its own."""

_LOOSE = stat.S_IWGRP | stat.S_IWOTH


def prepare(folder: Path) -> str:
    """Make the folder if it is missing and look at its mode; give a warning, or nothing.

    Raises `CannotUse` for a folder that others may write to, and for what is no folder; `OSError`
    where it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE, parents=True)
        folder.chmod(FOLDER_MODE)  # What the umask took away.
    return judge(folder)


def judge(folder: Path) -> str:
    """Look at the mode of a folder; give a warning, or nothing. Raises as `prepare`."""
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise CannotUse(f"cannot use {folder} as state folder: it is no folder", "move it away")
    _refuse_loose(folder, mode)
    extra = stat.S_IMODE(mode) & ~FOLDER_MODE & 0o777
    if extra:
        return f"{folder} has mode {stat.S_IMODE(mode):04o}, {FOLDER_MODE:04o} would do"
    return ""


def check_file(path: Path) -> None:
    """Refuse a file that others may write to, and what is no file; a missing one is fine.

    Raises `CannotUse`; `OSError` when nothing can be learnt about it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise CannotUse(f"cannot use {path}: it is no file", "move it away")
    _refuse_loose(path, mode)


def room(folder: Path) -> int:
    """Give the bytes that may still be written to the folder's disk. Raises `OSError`."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def lock(folder: Path) -> int:
    """Take the folder for this process; give the descriptor that holds it until it is closed.

    The lock is on the folder itself, so it needs no room on a full disk, and the kernel drops it
    when the process dies. Raises `CannotUse` when somebody has it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
            raise
        message = f"cannot use {folder}: another process keeps its state there"
        hint = f"stop it (`fuser -v {folder}` names it), or choose another --relay-dir"
        raise CannotUse(message, hint) from None
    return descriptor


def unlock(descriptor: int) -> None:
    """Give the folder free."""
    os.close(descriptor)


def put_aside(path: Path, now: float) -> Path:
    """Rename a bad file to `NAME.bad-<UTC time>`, and remove the oldest beyond `KEPT`.

    What sqlite keeps beside it goes along, under names that sqlite would find. Raises `OSError`.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    same = [number for kept, number in map(_age, _bad(path)) if kept == stamp]
    number = f".{max(same) + 1}" if same else ""
    target = path.with_name(f"{path.name}.bad-{stamp}{number}")
    for suffix in (*_BESIDE, ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(target.with_name(target.name + suffix))
    _prune(path)
    return target


def _prune(path: Path) -> None:
    for old in sorted(_bad(path), key=_age)[:-KEPT]:
        for suffix in ("", *_BESIDE):
            old.with_name(old.name + suffix).unlink(missing_ok=True)


def _bad(path: Path) -> list[Path]:
    found = path.parent.glob(f"{path.name}.bad-*")
    return [one for one in found if not one.name.endswith(_BESIDE)]


def _age(path: Path) -> tuple[str, int]:
    stamp, _, number = path.name.rpartition(".bad-")[2].partition(".")
    return stamp, int(number) if number.isdecimal() else 1


def _refuse_loose(path: Path, mode: int) -> None:
    if mode & _LOOSE:
        message = f"cannot use {path}: others may write to it (mode {stat.S_IMODE(mode):04o})"
        raise CannotUse(message, f"look at who did, then chmod go-w {path}")
