# SPDX-License-Identifier: Apache-2.0
"""The bundle: what its manifest promises, whether a folder keeps it, and how it comes to a node.

A tree is copied beside its place, read back and compared, tried on the node, and only then gets its
name; so a folder below `versions/` with the right name has been whole.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import files as disk
from . import paths, problem, static_configs
from .steps import interface

MANIFEST = "manifest.json"
PROGRAM = "cri-resmgr"
"""The daemon in a bundle; `--version` shows whether its programs run on a node."""

TOOL = "cri-resmgrctl"
"""The tool in a bundle that speaks to relay and runtime."""

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")
_GLIBC = re.compile(r"[0-9]+\.[0-9]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MODE = re.compile(r"0[0-7]{3}")
_MANIFEST_LIMIT = 4 << 20
_REBUILD = "the image of the installation is not whole; pull it again"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file (hash, mode, size) or, with `link`, a symbolic link of a bundle."""

    sha256: str = ""
    mode: int = 0o644
    size: int = 0
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a bundle. `tree` is the name of its folder on a node."""

    version: str
    glibc: str
    tree: str
    entries: Mapping[str, Entry]
    raw: bytes

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries.values()) + len(self.raw)


def read(files: disk.Files, folder: Path) -> Manifest:
    """The manifest of the bundle in a folder. Raises `Problem` if it is missing or not sound."""
    raw = files.read(folder / MANIFEST, limit=_MANIFEST_LIMIT)
    if raw is None:
        raise problem.Problem(f"cannot read {folder / MANIFEST}: no such file", _REBUILD)
    try:
        return parse(raw)
    except ValueError as error:
        raise problem.Problem(f"cannot read {folder / MANIFEST}: {error}", _REBUILD) from None


def parse(raw: bytes) -> Manifest:
    """Judge a manifest. Raises `ValueError` with the cause."""
    told = json.loads(raw)
    if not isinstance(told, dict):
        raise ValueError("not a mapping")  # noqa: TRY004 - all causes are one error
    version, glibc, listed = told.get("version"), told.get("glibc"), told.get("files")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ValueError("no sound version")
    if not isinstance(glibc, str) or not _GLIBC.fullmatch(glibc):
        raise ValueError("no sound glibc")
    if not isinstance(listed, dict) or PROGRAM not in listed:
        raise ValueError(f"no file {PROGRAM}")
    entries = {_name(name): _entry(name, entry) for name, entry in sorted(listed.items())}
    tree = f"{version}-{hashlib.sha256(raw).hexdigest()[:12]}"
    return Manifest(version, glibc, tree, entries, raw)


def wanted(
    files: disk.Files, folder: Path, static: Path | None, units: Mapping[str, str]
) -> interface.Wanted:
    """What is to be on the node: the bundle in `folder`, static configurations, texts of units.

    `static` is the folder of `--static-configs`, None for none. Raises `Problem`.
    """
    manifest = read(files, folder)
    return interface.Wanted(
        version=manifest.version,
        tree=manifest.tree,
        bundle=folder,
        glibc=manifest.glibc,
        configs=static_configs.judge(_static(files, static)),
        units=dict(units),
    )


def _static(files: disk.Files, folder: Path | None) -> Mapping[str, bytes]:
    if folder is None:
        return {}
    # What Kubernetes projects into a pod are links.
    found = {
        name: files.read(folder / name, limit=static_configs.LIMIT, follow=True)
        for name in static_configs.NAMES
    }
    return {name: content for name, content in found.items() if content is not None}


def faults(files: disk.Files, folder: Path, manifest: Manifest, *, hashes: bool) -> Iterator[str]:
    """Names in the manifest that are not in the folder as they should be.

    Without `hashes` only kinds and sizes are looked at, which costs nothing.
    """
    for name, entry in manifest.entries.items():
        path = folder / name
        if entry.link is not None:
            if files.link(path) != entry.link:
                yield name
        elif files.size(path) != entry.size or (hashes and files.sha256(path) != entry.sha256):
            yield name


def whole(files: disk.Files, layout: paths.Layout, tree: str, *, hashes: bool = False) -> bool:
    """Whether a tree is on the node, by its manifest and the sizes (or `hashes`) of its files."""
    folder = layout.versions / tree
    try:
        manifest = read(files, folder)
        return manifest.tree == tree and not any(faults(files, folder, manifest, hashes=hashes))
    except problem.Problem:
        return False


def copy(files: disk.Files, source: Path, manifest: Manifest, folder: Path) -> None:
    """Copy a bundle into a new folder, and read it back. Raises `Problem`."""
    made: set[PurePosixPath] = set()
    files.make_folder(folder)
    for name, entry in manifest.entries.items():
        for parent in reversed(PurePosixPath(name).parents):
            if parent not in made:
                files.make_folder(folder / parent)
                made.add(parent)
        if entry.link is not None:
            files.make_link(folder / name, entry.link)
        else:
            files.copy_file(source / name, folder / name, entry.mode)
    files.write(folder / MANIFEST, manifest.raw, mode=0o644)
    wrong = next(faults(files, folder, manifest, hashes=True), None)
    if wrong is not None:
        where = source / wrong
        damaged = (
            files.link(where) is None and files.sha256(where) != manifest.entries[wrong].sha256
        )
        raise problem.Problem(
            f"cannot copy the bundle: {wrong} is not what the manifest says",
            _REBUILD if damaged else "the node's disk does not keep what is written, see `dmesg`",
        )


def repair(files: disk.Files, source: Path, manifest: Manifest, folder: Path) -> None:
    """Replace what is damaged in a tree that may be in use, one file at a time."""
    for name in tuple(faults(files, folder, manifest, hashes=True)):
        entry = manifest.entries[name]
        files.make_folder((folder / name).parent)
        if entry.link is not None:
            files.replace_link(folder / name, entry.link)
        else:
            data = files.read(source / name, limit=entry.size)
            files.write(folder / name, data or b"", mode=entry.mode)
    files.write(folder / MANIFEST, manifest.raw, mode=0o644)


def _name(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or name in (".", MANIFEST):
        raise ValueError(f"no sound name {name!r}")
    return name


def _entry(name: str, told: object) -> Entry:
    if not isinstance(told, dict):
        raise ValueError(f"no sound entry for {name}")  # noqa: TRY004 - all causes are one error
    link = told.get("link")
    if link is not None:
        if not isinstance(link, str) or link.startswith("/") or ".." in PurePosixPath(link).parts:
            raise ValueError(f"link {name} leaves the bundle")
        return Entry(link=link)
    digest, mode, size = told.get("sha256"), told.get("mode"), told.get("size")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise ValueError(f"no sound hash of {name}")
    if not isinstance(mode, str) or not _MODE.fullmatch(mode):
        raise ValueError(f"no sound mode of {name}")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"no sound size of {name}")
    return Entry(digest, int(mode, 8), size)
