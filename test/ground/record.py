# SPDX-License-Identifier: Apache-2.0
"""What lies on the disk of a node, file by file, to see later what somebody has changed.

Read from outside, also while the node runs: what is mounted in it is not looked at. Folders that
system, kubelet and containerd write to by themselves are left out, and those of ours.
"""

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import tree

OURS = ("/opt/cri-resmgr", "/etc/cri-resmgr", "/var/lib/cri-resmgr")
"""Folders of the product: anything may be in them while it is there, nothing when it is gone."""

RESTLESS = (
    "/dev",
    "/etc/.pwd.lock",
    "/etc/.updated",
    "/etc/machine-id",
    "/proc",
    "/run",
    "/sys",
    "/tmp",  # noqa: S108 -- of the node
    "/var/.updated",
    "/var/cache",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/kubelet/.lock",
    "/var/lib/kubelet/actuated_pods_state",
    "/var/lib/kubelet/allocated_pods_state",
    "/var/lib/kubelet/checkpoints",
    "/var/lib/kubelet/cpu_manager_state",
    "/var/lib/kubelet/device-plugins",
    "/var/lib/kubelet/dra_manager_state",
    "/var/lib/kubelet/memory_manager_state",
    "/var/lib/kubelet/pki",
    "/var/lib/kubelet/plugins",
    "/var/lib/kubelet/plugins_registry",
    "/var/lib/kubelet/pod-resources",
    "/var/lib/kubelet/pods",
    "/var/lib/kubelet/volumeplugins",
    "/var/lib/private",
    "/var/lib/systemd",
    "/var/log",
    "/var/tmp",  # noqa: S108 -- the same
)
"""What changes while nobody does anything."""

_DATA = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or link."""

    kind: str
    """file, folder, link or other."""

    mode: int
    owner: tuple[int, int]
    content: str
    """Hash of a file, target of a link."""


Record = Mapping[str, Entry]
"""Path on the node -> what is there."""


def take(disk: tree.Tree, *, without: Sequence[str] = (*OURS, *RESTLESS)) -> Record:
    """Read everything but the folders `without`: some 10000 files in a second.

    A file that goes while it is read counts as gone.
    """
    found: dict[str, Entry] = {}
    skipped = frozenset(without)
    tops = {"/": disk.root}
    # The overlay has an empty folder where another disk is mounted in the running node.
    if "/var/lib/kubelet" not in skipped:
        tops["/var/lib/kubelet"] = disk.kubelet
    for inside, outside in tops.items():
        _walk(outside, inside, skipped, found)
    return found


def differences(before: Record, after: Record) -> list[str]:
    """Tell what has changed, one sentence for each path, in order of the paths."""
    said = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        if old is None or new is None:
            there = new or old
            assert there is not None
            said.append(f"{path}: {there.kind} {'added' if old is None else 'removed'}")
            continue
        for name in ("kind", "mode", "owner", "content"):
            was, is_now = getattr(old, name), getattr(new, name)
            if was != is_now:
                values = f"{was:o} -> {is_now:o}" if name == "mode" else f"{was} -> {is_now}"
                said.append(f"{path}: {name} {values}")
    return said


def _walk(outside: Path, inside: str, skipped: frozenset[str], found: dict[str, Entry]) -> None:
    try:
        entries = list(os.scandir(outside))
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{inside.rstrip('/')}/{entry.name}"
        if path in skipped:
            continue
        try:
            found[path] = _entry(entry)
        except FileNotFoundError:
            continue
        if entry.is_dir(follow_symlinks=False) and path != "/var/lib/kubelet":
            _walk(Path(entry.path), path, skipped, found)


def _entry(entry: os.DirEntry[str]) -> Entry:
    info = entry.stat(follow_symlinks=False)
    owner, mode = (info.st_uid, info.st_gid), stat.S_IMODE(info.st_mode)
    if stat.S_ISDIR(info.st_mode):
        return Entry("folder", mode, owner, "")
    if stat.S_ISLNK(info.st_mode):
        return Entry("link", mode, owner, str(Path(entry.path).readlink()))
    if not stat.S_ISREG(info.st_mode):
        return Entry("other", mode, owner, "")
    digest = hashlib.sha256()
    with Path(entry.path).open("rb") as file:
        while data := file.read(_DATA):
            digest.update(data)
    return Entry("file", mode, owner, digest.hexdigest())
