# SPDX-License-Identifier: Apache-2.0
"""Other versions of a bundle, sound and broken, as one more layer upon the image of the installer.

The image itself comes from the Dockerfile. A later version differs from it by few files, so nodes
pull those only.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = "cri-resmgr"
"""The daemon. The installer and the tools are links to it, unless `own_programs` parts them."""

_OTHERS = ("cri-resmgr-installer", "cri-resmgrctl")


@dataclass(frozen=True, slots=True)
class Variant:
    """What another version has that the bundle does not."""

    version: str
    daemon: str = ""
    """A shell script in the daemon's place; empty: the daemon as it is."""

    damaged: str = ""
    """Name of a file that is not what the manifest says."""

    lost: str = ""
    """Name of a file that the manifest names and that is not there."""

    changed: Mapping[str, str] = field(default_factory=dict)
    """Texts of more files that the manifest knows."""


def script(*lines: str) -> str:
    """Write a daemon that answers `--version`, as the installer tries it, and then does this."""
    head = ("#!/bin/sh", 'case "$*" in --version) echo broken; exit 0 ;; esac')
    return "\n".join((*head, *lines, ""))


EXITS = script("echo 'cannot start: broken on purpose' >&2", "exit 1")
"""Ends at each start."""

NEVER_READY = script("exec sleep 1000000")
"""Starts, and never tells systemd that it is ready."""

FREEZES = script(
    'folder=$(dirname "$(readlink -f "$0")")',
    # One program with several names: it is the daemon when it is called so.
    'ln -sf "$folder/cri-resmgr-installer" /var/lib/cri-resmgr/cri-resmgr',
    "(sleep 4; kill -STOP $$) &",
    'exec /var/lib/cri-resmgr/cri-resmgr "$@"',
)
"""Is the daemon for four seconds; then its socket takes calls, and nobody answers."""


def layer(bundle: Path, variant: Variant) -> bytes:
    """Write the layer of an image whose `/bundle` is this one."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = variant.version
    files: dict[str, tuple[bytes, int]] = {}
    links: dict[str, str] = {}
    if variant.daemon:
        # The others are links to the daemon, which is one program with several names.
        real = (bundle / PROGRAM).read_bytes()
        first, second = _OTHERS
        files[first] = (real, 0o755)
        links[second] = first
        files[PROGRAM] = (variant.daemon.encode(), 0o755)
    for name, text in variant.changed.items():
        files[name] = (text.encode(), 0o644)
    for name, (data, mode) in files.items():
        manifest["files"][name] = _entry(data, mode)
    for name, target in links.items():
        manifest["files"][name] = {"link": target}
    if variant.damaged:
        mode = (bundle / variant.damaged).stat().st_mode & 0o777
        files[variant.damaged] = (b"not what it should be", mode)
    files["manifest.json"] = (json.dumps(manifest, indent=1).encode(), 0o644)
    if variant.lost:
        folder, _, name = variant.lost.rpartition("/")
        files[f"{folder}/.wh.{name}".lstrip("/")] = (b"", 0o644)  # how a layer takes away
    return _tar({f"bundle/{name}": each for name, each in files.items()}, links)


def archive(base: Path, name: str, upper: bytes, target: Path) -> None:
    """Write a docker-archive with one more layer than the one image of another.

    Args:
        base: the docker-archive of the image.
        name: of the new image, with host, path and tag.
        upper: the layer, a tar archive.
        target: where to.
    """
    with tarfile.open(base, "r:") as old, tarfile.open(target, "w:") as new:
        (image,) = json.loads(_read(old, "manifest.json"))
        config = json.loads(_read(old, image["Config"]))
        digest = hashlib.sha256(upper).hexdigest()
        config["rootfs"]["diff_ids"].append(f"sha256:{digest}")
        config.setdefault("history", []).append({"created_by": "another version"})
        for path in image["Layers"]:
            _add(new, path, _read(old, path))
        _add(new, f"{digest}.tar", upper)
        text = json.dumps(config).encode()
        called = f"{hashlib.sha256(text).hexdigest()}.json"
        _add(new, called, text)
        layers = [*image["Layers"], f"{digest}.tar"]
        described = [{"Config": called, "RepoTags": [name], "Layers": layers}]
        _add(new, "manifest.json", json.dumps(described).encode())


def _entry(data: bytes, mode: int) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "mode": f"0{mode:o}", "size": len(data)}


def _tar(files: Mapping[str, tuple[bytes, int]], links: Mapping[str, str]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:") as tar:
        for name, (data, mode) in files.items():
            _add(tar, name, data, mode=mode)
        for name, target in links.items():
            member = tarfile.TarInfo(f"bundle/{name}")
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return written.getvalue()


def _add(tar: tarfile.TarFile, name: str, data: bytes, *, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), mode
    tar.addfile(member, io.BytesIO(data))


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()
