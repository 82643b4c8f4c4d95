# SPDX-License-Identifier: Apache-2.0
"""Where devices are: CPUs, NUMA nodes or sockets near to them, as sysfs tells (sysfs, part B).

A folder of sysfs that tells of its place is a provider; of devices made of others (device-mapper,
vfio groups) all those are looked at. Unlike the original, the root path counts everywhere, and
lists that are put together are sorted.
"""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Hint:
    """What one provider tells; lists as sysfs has them, empty where it tells nothing."""

    provider: str
    cpus: str = ""
    numas: str = ""
    sockets: str = ""


def device(path: Path) -> str:
    """Give the place of a path's device below `sys/dev`, as in `block/8:0`; empty without one.

    A file stands for the device of its file system. Raises `OSError`.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    kind, number = "block", found.st_dev
    if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
        kind = "char" if stat.S_ISCHR(found.st_mode) else "block"
        number = found.st_rdev
    major, minor = os.major(number), os.minor(number)
    # File systems that are on no device (overlay, tmpfs, NFS) have major number 0.
    return f"{kind}/{major}:{minor}" if major else ""


@dataclass(frozen=True, slots=True)
class Devices:
    """Devices of the machine that is mounted at `root`; `place` is `device`, apart from tests."""

    root: Path
    place: Callable[[Path], str] = device

    def near(self, path: str) -> tuple[Hint, ...]:
        """Give what is known of the device of a path, sorted; nothing where it cannot be told."""
        try:
            place = self.place(self.root / path.lstrip("/"))
            if not place:
                return ()
            found = self._hints((self.root / "sys/dev" / place).resolve(strict=True), set())
        except (OSError, RuntimeError, ValueError):
            return ()
        return tuple(found[provider] for provider in sorted(found))

    def _hints(self, folder: Path, seen: set[Path]) -> dict[str, Hint]:
        if folder in seen:
            return {}
        seen.add(folder)
        own = self._upward(folder, seen)
        found = {own.provider: own} if own else {}
        for other in self._parts(folder):
            found = self._hints(other.resolve(), seen) | found
        return found

    def _upward(self, folder: Path, seen: set[Path]) -> Hint | None:
        """Give what the nearest folder tells that tells anything."""
        top = (self.root / "sys/devices").resolve()
        while top in folder.parents:
            cpus, numas, sockets = _read(folder / "local_cpulist"), _read(folder / "numa_node"), ""
            numas = "" if numas.startswith("-") else numas
            if numas and not cpus:
                around = self._hints(folder.parent, seen - {folder.parent}).values()
                cpus = _joined(hint.cpus for hint in around)
                numas = _joined(hint.numas for hint in around) or numas
                if not cpus:
                    numas, sockets = "", numas
            if cpus or numas or sockets:
                return Hint(self._shown(folder), cpus, numas, sockets)
            folder = folder.parent
        return None

    def _parts(self, folder: Path) -> list[Path]:
        """Give the devices that a device is made of."""
        parts = _entries(folder / "slaves")
        groups = (self.root / "sys/devices/virtual/vfio").resolve()
        if folder.parent == groups:
            parts += _entries(self.root / "sys/kernel/iommu_groups" / folder.name / "devices")
        return parts

    def _shown(self, folder: Path) -> str:
        return f"/{folder.relative_to(self.root.resolve())}"


def _joined(lists: Iterable[str]) -> str:
    return ",".join(sorted({one for one in lists if one}))


def _read(path: Path) -> str:
    """Give what is in a small file; nothing for one that is not there. Raises `OSError`."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
