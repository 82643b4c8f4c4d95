# SPDX-License-Identifier: Apache-2.0
"""The file with the daemon's process id: held by a lock, so that a second daemon is refused."""

import contextlib
import errno
import fcntl
import os
from pathlib import Path


class CannotTake(Exception):
    """The PID file is another daemon's, or cannot be written; the text says what to do."""


class PidFile:
    """Held from `take` until `release`; a process that dies holds nothing any more."""

    def __init__(self, path: Path) -> None:
        """Take nothing yet."""
        self._path = path
        self._descriptor = -1

    def take(self, pid: int) -> None:
        """Write the process id into the file and keep the file locked. Raises `CannotTake`."""
        try:
            with contextlib.suppress(FileExistsError):
                self._path.parent.mkdir(mode=0o755, parents=True)
            self._descriptor = self._opened()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, b"%d\n" % pid, 0)
        except OSError as error:
            raise CannotTake(
                f"cannot write PID file {self._path}: {error.strerror};"
                " name another one with --pid-file"
            ) from error

    def _opened(self) -> int:
        """Open and lock; again when the file was removed between the two."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        while True:
            descriptor = os.open(self._path, flags, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(descriptor).st_ino == self._path.stat().st_ino:
                    return descriptor
            except FileNotFoundError:
                pass
            except OSError as error:
                owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                os.close(descriptor)
                if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                    raise
                raise CannotTake(
                    f"looks like we're already running as pid {owner or 'unknown'}"
                    f" (it holds {self._path}); stop it, or name another file with --pid-file"
                ) from None
            os.close(descriptor)

    def release(self) -> None:
        """Remove the file and let go of it."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1
