# SPDX-License-Identifier: Apache-2.0
"""The character device: one ioctl a request."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from .requests import Call, Request

Ioctl = Callable[[int, int, bytearray], int]
"""Takes an open file, a number and bytes, which it changes; raises `OSError`."""

_TRIES = 3
"""The processor's firmware may be busy; the driver has waited for it each time."""

_AGAIN = (errno.EBUSY, errno.EINTR)


class Device:
    """The device while it is open; reading it is all that the open file is good for."""

    def __init__(self, path: Path, ioctl: Ioctl) -> None:
        """Open it. Raises `OSError`."""
        self._ioctl = ioctl
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        os.close(self._file)

    def ask(self, request: Request) -> bytes:
        """Give the bytes of a request with the answer in them. Raises `OSError`."""
        for left in reversed(range(_TRIES)):
            content = bytearray(request.content)
            try:
                done = self._ioctl(self._file, request.call, content)
            except OSError as error:
                if error.errno in _AGAIN and left:
                    continue
                raise
            # All but the first one give the number of commands that were carried out.
            if request.call is not Call.PLATFORM and done != 1:
                break
            return bytes(content)
        raise OSError(errno.EIO, os.strerror(errno.EIO))
