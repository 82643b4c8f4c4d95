# SPDX-License-Identifier: Apache-2.0
"""The socket that the agent listens on, and who is at the other end of a connection.

Unlike the daemon's sockets, one that is in the way is removed whoever listens on it (node agent
contract, 1.2): the pod of an update has to serve while the old one may still be ending.
"""

import os
import socket
import stat
import struct
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o711
SOCKET_MODE: Final = 0o600

_LONGEST_PATH: Final = 107
_BACKLOG: Final = 64
_CREDENTIALS = struct.Struct("3i")


class CannotListen(Exception):
    """The socket cannot be made; the text says why and what to do."""


def listen(path: str) -> socket.socket:
    """Make a listening socket for its owner alone; missing folders are made.

    Raises `CannotListen`.
    """
    if not path.startswith("/"):
        raise CannotListen(f"cannot serve {path!r}: the path is relative; give an absolute one")
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise CannotListen(f"cannot serve {path}: a path has at most {_LONGEST_PATH} bytes")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        _make_folders(Path(path).parent)
        _clear(Path(path))
        listener.setblocking(False)  # noqa: FBT003 - the standard library has it so
        listener.bind(path)
        # Nobody can connect before it listens, so the mode counts from the first connection on.
        Path(path).chmod(SOCKET_MODE)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(
            f"cannot serve {path}: {error.strerror}; is its folder there, and writable?"
        ) from error
    except CannotListen:
        listener.close()
        raise
    return listener


def identity(path: str) -> tuple[int, int] | None:
    """Device and inode of what is at a path now."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def remove(path: str, made: tuple[int, int] | None) -> None:
    """Remove our socket, but not one that another process has put in its place."""
    if made is not None and identity(path) == made:
        Path(path).unlink(missing_ok=True)


def uid_of(connected: socket.socket) -> int:
    """Give the user id of the process at the other end of a unix socket."""
    raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(raw)[1])


def _make_folders(folder: Path) -> None:
    missing = [level for level in (folder, *folder.parents) if not level.exists()]
    for level in reversed(missing):
        level.mkdir(exist_ok=True)
        level.chmod(FOLDER_MODE)


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise CannotListen(
            f"cannot serve {path}: something that is no socket is there; move it away"
        )
    path.unlink(missing_ok=True)
