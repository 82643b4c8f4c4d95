# SPDX-License-Identifier: Apache-2.0
"""Files that are held in memory, and files that are remembered while they are read."""

import errno
import os
import re
from collections.abc import Mapping

from resmgr.sysfs.files import DISK, Reader

_KEPT = re.compile(r"(?:cpu|node)[0-9]+")
"""Entries that say something by their mere name; whatever else is looked for has files."""


class Held:
    """Files by their path below the root; paths with `/` behind are folders, content is empty."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Hold them; the folders on their way are there, too."""
        self._files = {f"/{path}": content for path, content in files.items() if path[-1:] != "/"}
        self._folders: dict[str, set[str]] = {"/": set()}
        for path in files:
            folder = "/"
            for part in path.rstrip("/").split("/"):
                self._folders.setdefault(folder, set()).add(part)
                folder = f"{folder.rstrip('/')}/{part}"
            if path.endswith("/"):
                self._folders.setdefault(folder, set())

    def read(self, path: str) -> bytes:
        """Give what a file holds. Raises `OSError`."""
        if path in self._files:
            return self._files[path]
        number = errno.EISDIR if path in self._folders else errno.ENOENT
        raise OSError(number, os.strerror(number), path)

    def names(self, path: str) -> list[str]:
        """Give the names in a folder, sorted. Raises `OSError`."""
        if path in self._folders:
            return sorted(self._folders[path])
        number = errno.ENOTDIR if path in self._files else errno.ENOENT
        raise OSError(number, os.strerror(number), path)


class Inside:
    """Files of a disk that are below `sys` of a root, wherever links lead to.

    A folder that somebody else has made must not put the reader's own files into a record.
    """

    def __init__(self, root: str) -> None:
        """Nothing is read yet."""
        self._top = os.path.join(os.path.realpath(root), "sys", "")  # noqa: PTH118 - many paths

    def read(self, path: str) -> bytes:
        """Give what a file holds. Raises `OSError`."""
        return DISK.read(self._checked(path))

    def names(self, path: str) -> list[str]:
        """Give the names in a folder. Raises `OSError`."""
        return DISK.names(self._checked(path))

    def _checked(self, path: str) -> str:
        real = os.path.realpath(path)
        if not f"{real}/".startswith(self._top):
            raise OSError(errno.EPERM, "a link leads out of the machine's sys", path)
        return real


class Remembered:
    """Reads below a root for somebody, and remembers what there was to read, as `Held` takes it."""

    def __init__(self, root: str, reader: Reader) -> None:
        """Remember nothing yet."""
        self._start = len(root.rstrip("/")) + 1
        self._reader = reader
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """Give what a file holds. Raises `OSError`."""
        content = self._reader.read(path)
        self.files[path[self._start :]] = content
        return content

    def names(self, path: str) -> list[str]:
        """Give the names in a folder. Raises `OSError`."""
        names = self._reader.names(path)
        for name in names:
            if _KEPT.fullmatch(name):
                self.files[f"{path[self._start :]}/{name}/"] = b""
        return names
