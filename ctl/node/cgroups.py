# SPDX-License-Identifier: Apache-2.0
"""Cgroups of containers: where they are mounted, and what the kernel holds for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from resmgr import cpuset
from resmgr.collect import containers, reader

MOUNT: Final = "sys/fs/cgroup"
_NONE: Final = "none"
_CONTROLLERS: Final = "cgroup.controllers"
"""Only a mounted cgroup v2 has this file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is mounted below the mount point."""

    mounts: reader.Mounts
    version: str
    """`v1`, `v2`, `v1 and v2` or `none`."""

    def hierarchy(self, controller: str) -> Path | None:
        """Give where a controller has its cgroups; None where there is no such controller."""
        first = self.mounts.first / controller
        if self.version != "v2" and first.is_dir():
            return first
        second = self.mounts.first if self.version == "v2" else self.mounts.second
        known = (_text(second / _CONTROLLERS) or "").split()
        return second if controller in known else None

    def folders(self, controller: str) -> Mapping[str, Path]:
        """Give the cgroups of containers by their ids. Raises `CannotList`."""
        found = self.hierarchy(controller)
        return containers.find(found) if found else {}


@dataclass(frozen=True, slots=True)
class Held:
    """What the kernel holds one container to; masks, shares in those of cgroup v1."""

    cpus: int
    mems: int


def look(root: Path) -> Layout:
    """See what is mounted."""
    first = root / MOUNT
    second = first / "unified"
    if (first / _CONTROLLERS).exists():
        version = "v2"
    else:
        versions = {
            "v1": any((first / one).is_dir() for one in ("cpuset", "cpu", "memory")),
            "v2": (second / _CONTROLLERS).exists(),
        }
        version = " and ".join(one for one, there in versions.items() if there) or _NONE
    return Layout(reader.Mounts(first, second), version)


def held(folder: Path) -> Held | None:
    """Read the cpuset of a cgroup; None for one that has gone, or has no such controller.

    What counts in cgroup v2 is what is effective: an empty cpuset is that of the parent.
    """
    for end in (".effective", ""):
        cpus = _text(folder / f"cpuset.cpus{end}")
        mems = _text(folder / f"cpuset.mems{end}")
        if cpus is not None and mems is not None:
            try:
                return Held(cpuset.parse(cpus), cpuset.parse(mems))
            except cpuset.BadList:
                return None
    return None


def shares(folder: Path) -> int | None:
    """Give the CPU shares of a cgroup, a weight of cgroup v2 as the shares that it stands for."""
    for name, least, most, start in (("cpu.shares", 2, 2, 0), ("cpu.weight", 1, 9999, 2)):
        text = (_text(folder / name) or "").strip()
        if text.isdecimal():
            number = int(text)
            return number if name == "cpu.shares" else start + (number - least) * 262142 // most
    return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return None
