# SPDX-License-Identifier: Apache-2.0
"""Unix sockets in the file system: made, replaced when abandoned, given the runtime's access."""

import errno
import logging
import os
import socket
import stat
from pathlib import Path
from typing import Final

_LOG = logging.getLogger("cri/server")

_FOLDER_MODE: Final = 0o711
_SOCKET_MODE: Final = 0o660
_BACKLOG: Final = 1024
_PROBE_TIMEOUT: Final = 1.0
_LONGEST_PATH: Final = 107


class SocketError(Exception):
    """A socket cannot be made; the text says why and what to do."""


def listen(path: str, *, mode: int = _SOCKET_MODE) -> socket.socket:
    """A listening socket at an absolute path; missing folders are made.

    A socket that nobody listens on is removed first. Raises `SocketError` for one that somebody
    listens on, for a path of another kind, and for what the system refuses.
    """
    if not Path(path).is_absolute():
        raise SocketError(f"invalid socket '{path}', expecting absolute path")
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise SocketError(
            f"invalid socket '{path}', a path has at most {_LONGEST_PATH} bytes; take a shorter one"
        )
    try:
        _make_folders(Path(path).parent)
        return _bind(path, mode)
    except OSError as cause:
        raise SocketError(f"failed to create server: socket '{path}': {cause.strerror}") from cause


def _make_folders(folder: Path) -> None:
    """Make the missing levels, each with the same mode whatever the umask is."""
    missing = [level for level in (folder, *folder.parents) if not level.exists()]
    for level in reversed(missing):
        level.mkdir(exist_ok=True)
        level.chmod(_FOLDER_MODE)


def _bind(path: str, mode: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        listener.setblocking(False)  # noqa: FBT003  # the standard library has it so
        try:
            listener.bind(path)
        except OSError as cause:
            if cause.errno != errno.EADDRINUSE:
                raise
            _remove_abandoned(path)
            listener.bind(path)
        # Nobody can connect before it listens, so the mode counts from the first connection on.
        Path(path).chmod(mode)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _remove_abandoned(path: str) -> None:
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise SocketError(
            f"failed to create server: '{path}' already exists and is no socket; move it away"
        )
    if not _is_abandoned(path):
        raise SocketError(
            f"failed to create server: socket '{path}' already exists; "
            "another relay serves it: stop that one, or take another socket"
        )
    _LOG.warning("removing abandoned socket %s", path)
    Path(path).unlink(missing_ok=True)


def _is_abandoned(path: str) -> bool:
    """Whether nobody listens; a listener that is too busy to accept counts as one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_TIMEOUT)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
    return False


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


def copy_access(source: str, target: str) -> None:
    """Give a socket the owner, group and permission bits of another one; failures are logged."""
    try:
        found = Path(source).stat()
        os.chown(target, found.st_uid, found.st_gid)
        Path(target).chmod(stat.S_IMODE(found.st_mode) & 0o777)
    except OSError as cause:
        _LOG.warning("cannot copy the access rights of %s to %s: %s", source, target, cause)
