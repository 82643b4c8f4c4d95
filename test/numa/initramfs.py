# SPDX-License-Identifier: Apache-2.0
"""An archive that a kernel unpacks as its first file system: cpio of the kind `newc`.

The kernel describes it in Documentation/driver-api/early-userspace/buffer-format.rst. Nothing is
made on the disk first, so that no root is needed for owners and devices.
"""

import itertools
import stat
from pathlib import Path
from typing import BinaryIO

_CONSOLE = (5, 1)


class Archive:
    """Writes entries one after the other; folders above them come by themselves."""

    def __init__(self, out: BinaryIO) -> None:
        """Begin with what a kernel needs before it starts a program: its console."""
        self._out = out
        self._numbers = itertools.count(1)
        self._folders = {""}
        self._entry("dev/console", stat.S_IFCHR | 0o600, device=_CONSOLE)

    def file(self, name: str, data: bytes, *, mode: int = 0o644) -> None:
        """Add a file; names have no slash at their beginning."""
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name: str, target: str) -> None:
        """Add a symbolic link."""
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def folder(self, name: str) -> None:
        """Add a folder, if it is not there."""
        if name not in self._folders:
            self._folders.add(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def tree(self, name: str, source: Path) -> None:
        """Add a folder of the machine with all that is in it; links stay links."""
        self.folder(name)
        for path in sorted(source.iterdir()):
            below = f"{name}/{path.name}"
            if path.is_symlink():
                self.link(below, str(path.readlink()))
            elif path.is_dir():
                self.tree(below, path)
            else:
                self.file(below, path.read_bytes(), mode=path.stat().st_mode & 0o777)

    def close(self) -> None:
        """Write the end."""
        self._entry("TRAILER!!!", 0)

    def _entry(
        self, name: str, mode: int, data: bytes = b"", *, device: tuple[int, int] = (0, 0)
    ) -> None:
        if "/" in name:
            self.folder(name.rpartition("/")[0])
        encoded = name.encode() + b"\0"
        # Owner and time are 0, there is one link, files are on no device, and nothing is summed.
        head = (next(self._numbers), mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._padded(b"070701" + b"".join(b"%08x" % field for field in head) + encoded)
        self._padded(data)

    def _padded(self, data: bytes) -> None:
        self._out.write(data)
        self._out.write(bytes(-len(data) % 4))
