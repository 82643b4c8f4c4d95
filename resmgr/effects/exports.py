# SPDX-License-Identifier: Apache-2.0
"""Files that tell containers about their CPUs (sections 4.12 and 8.6).

A container that a policy has something to tell has a folder below the data folder, which it sees at
`TARGET`. Containers that no policy tells anything see nothing of ours.
"""

import contextlib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from ..model import Mount

TARGET = "/.cri-resmgr"
"""Where a container sees its folder."""

FILE = "resources.sh"
FOLDER = "containers"

_FOLDER_MODE = 0o755
_FILE_MODE = 0o644
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "$": "\\$", "`": "\\`"}


class Exports:
    """The files of all containers below one folder."""

    def __init__(self, data: Path) -> None:
        """Take the daemon's data folder."""
        self._folder = data / FOLDER
        self.written: set[str] = set()
        """Cache ids of the containers that have a file."""

    def folder(self, cache_id: str) -> Path:
        """Give the folder of a container. Raises `ValueError` for an id that names no folder."""
        name = cache_id.replace(":", "-", 1).replace(":", "_")
        if not _SAFE.fullmatch(name):
            raise ValueError(f"{cache_id!r} cannot be the name of a folder")
        return self._folder / name

    def write(self, cache_id: str, values: Mapping[str, str]) -> None:
        """Write a container's file, whole or not at all. Raises `OSError`, `ValueError`."""
        folder = self.folder(cache_id)
        _make(self._folder)
        _make(folder)
        fresh = folder / f"{FILE}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(fresh, flags, _FILE_MODE), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(text(values))
        fresh.replace(folder / FILE)
        self.written.add(cache_id)

    def mounts(self, cache_id: str) -> tuple[Mount, ...]:
        """Give what a container has to have mounted to see its file: nothing if it has none."""
        if cache_id not in self.written:
            return ()
        return (Mount(TARGET, str(self.folder(cache_id)), readonly=True),)

    def remove(self, cache_id: str) -> None:
        """Remove the folder of a container that has one."""
        self.written.discard(cache_id)
        _remove(self.folder(cache_id))

    def keep_only(self, cache_ids: Collection[str]) -> None:
        """Remove the folders of all other containers."""
        if not self._folder.is_dir():
            return
        names = {}
        for cache_id in cache_ids:
            with contextlib.suppress(ValueError):
                names[self.folder(cache_id).name] = cache_id
        with contextlib.suppress(OSError):
            for folder in self._folder.iterdir():
                if folder.name in names:
                    self.written.add(names[folder.name])
                elif folder.is_dir() and not folder.is_symlink():
                    _remove(folder)


def _remove(folder: Path) -> None:
    import shutil  # noqa: PLC0415 - loads what unpacks archives, for this alone

    shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(_FOLDER_MODE)


def text(values: Mapping[str, str]) -> str:
    """Give the file: `KEY="value"` by key, as a shell can read it."""
    return "".join(
        f'{key}="{"".join(_ESCAPES.get(char, char) for char in value)}"\n'
        for key, value in sorted(values.items())
    )
