# SPDX-License-Identifier: Apache-2.0
"""Whether somebody serves a unix socket, and whether one can be made at a path."""

import errno
import os
import socket
import stat
from pathlib import Path

_PATIENCE = 1.0

_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
}


def listening(path: str) -> bool:
    """Tell whether somebody accepts connections there.

    A path where nothing is, or that nobody listens at, has nobody. Raises `OSError` where that
    cannot be found out.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.settimeout(_PATIENCE)
        try:
            one.connect(path)
        except (ConnectionRefusedError, FileNotFoundError, NotADirectoryError):
            return False
        except (TimeoutError, BlockingIOError):
            # Its queue is full: whoever has one is only slow.
            return True
    return True


def obstacle(path: str) -> str:
    """Say why a socket cannot be made at an absolute path, and what to do; empty if it can be.

    A socket that nobody listens at is no obstacle; nor are missing folders. Nothing is changed.
    """
    try:
        kind = stat.S_IFMT(os.lstat(path).st_mode)
    except FileNotFoundError:
        return _folder(Path(path).parent)
    except NotADirectoryError:
        return f"{_highest_file(Path(path))} is no folder; move it away"
    except OSError as error:
        return f"nobody knows what is there: {error.strerror}; look at the folders above it"
    if kind != stat.S_IFSOCK:
        shown = _KINDS.get(kind, "something else")
        return f"{shown} is there, which is no socket; move it away"
    return _owner(path) or _folder(Path(path).parent)


def _owner(path: str) -> str:
    """Say why a socket is not one that was left; empty if it is."""
    try:
        return "somebody listens there already; stop it" if listening(path) else ""
    except OSError as error:
        if error.errno == errno.EPROTOTYPE:
            return "a socket of another kind is there; move it away"
        return f"nobody knows whether somebody listens there: {error.strerror}; move it away"


def _folder(folder: Path) -> str:
    """Say why nothing can be made in a folder, or in the lowest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is no folder; move it away"
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        return f"{folder} may not be written to; run as root, or mount it so that it can be"
    return ""


def _highest_file(path: Path) -> Path:
    """Give the one above a path that should be a folder."""
    return next(one for one in reversed(path.parents) if not one.is_dir())
