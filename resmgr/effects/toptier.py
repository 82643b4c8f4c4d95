# SPDX-License-Identifier: Apache-2.0
"""Writes limits of top-tier memory below one mount point of cgroup v1."""

import os
from pathlib import Path

from .. import model
from ..control.memory import places
from ..model import Container, Pod


class TopTier:
    """The limits of containers."""

    def __init__(self, mount: Path) -> None:
        """Take where the hierarchies of cgroup v1 are mounted."""
        self._hierarchy = mount / places.HIERARCHY

    def unable(self) -> str:
        """Give why no limit can be written on this machine, nothing if it can."""
        path = self._hierarchy / places.FILE
        return "" if path.exists() else places.MISSING.format(path=path)

    def write(self, container: Container, pod: Pod, limit: int) -> str:
        """Limit a container to so many bytes, -1 for no limit; give what failed in words."""
        name = model.title(pod, container)
        for folder in places.folders(container, pod):
            there = self._hierarchy / folder
            if there.is_dir():
                return _write(there / places.FILE, limit)
        return f'"{name}": failed to determine cgroup directory'


def _write(path: Path, limit: int) -> str:
    try:
        file = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        try:
            os.write(file, b"%d\n" % limit)
        finally:
            os.close(file)
    except OSError as error:
        return f"cannot write {limit} to {path}: {error.strerror}"
    return ""
