# SPDX-License-Identifier: Apache-2.0
"""Where the cgroups of containers are, in the layouts of both drivers of the kubelet.

With systemd a container is a scope such as `cri-containerd-ID.scope` below `kubepods.slice`, with
cgroupfs a folder `ID` below `kubepods`. Sandboxes of pods have cgroups of the same form.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

MOST = 4096
"""Containers of a hierarchy that are read."""

DEEPEST = 8
"""Folders below the mount point in which containers are looked for: both layouts have four."""

_TOPS = ("kubepods.slice", "kubepods")
_CONTAINER = re.compile(r"(?:(?:cri-containerd|crio|docker)-([a-z0-9]{64})\.scope|([0-9a-f]{64}))")


class CannotList(Exception):
    """Folders of containers cannot be listed; the text names one and says why."""


def find(hierarchy: Path) -> Mapping[str, Path]:
    """Find containers below a mount point, at most `MOST`: id -> cgroup.

    What vanishes meanwhile is left out. Raises `CannotList`.
    """
    found: dict[str, Path] = {}
    folders = [(hierarchy / top, 1) for top in _TOPS]
    while folders and len(found) < MOST:
        folder, depth = folders.pop()
        for entry in _folders(folder)[: MOST - len(found)]:
            match = _CONTAINER.fullmatch(entry.name)
            if match is not None:
                found.setdefault(match[1] or match[2], Path(entry.path))
            elif depth < DEEPEST:
                folders.append((Path(entry.path), depth + 1))
    return found


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CannotList(f"cannot list {folder}: {error.strerror}") from error
