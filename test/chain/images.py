# SPDX-License-Identifier: Apache-2.0
"""The image of the installation, built from the Dockerfile.

A build is kept in the cache under the digest of everything that goes into it, so only the first run
after a change builds.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from garden import binaries

REPOSITORY = "registry.example.com/cri/gardener-extension-cri-resmgr-installation"
"""Where nodes believe to pull it from."""

BASE = "localhost/debian:bookworm"
"""Its glibc is the image's; made of Debian's packages, since no registry need be in reach."""

SOURCES = (
    ".dockerignore",
    "Dockerfile",
    "LICENSE",
    "NOTICE",
    "ctl",
    "hacks/build-bundle",
    "hacks/bundle",
    "hacks/images",
    "installer",
    "pyproject.toml",
    "resmgr",
    "uv.lock",
)
"""Files and folders that go into the image, or say how it is built."""

LIFE = 86400.0
"""Seconds for which an archive that nobody asks for stays: a run reads it to its end."""

_PREFIX = f"{REPOSITORY.rpartition('/')[0]}/"
_TAG = "built"


class BuildFailed(Exception):
    """The image cannot be built; the text says what was tried and what it answered."""


def why_not() -> str:
    """Why the image cannot be built here; empty where it can."""
    if shutil.which("buildah") is None and shutil.which("docker") is None:
        return "images need buildah or docker; hint: apt-get install buildah"
    if shutil.which("mmdebstrap") is None:
        return "a Debian for nodes and images needs mmdebstrap; hint: apt-get install mmdebstrap"
    return ""


def built() -> Path:
    """Give the docker-archive of the image, built now unless the cache has it.

    A build takes some ten seconds, and minutes where nothing has ever been built. Raises
    `BuildFailed`.
    """
    folder = _cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while True:
            digest = sources(binaries.PROJECT)
            archive = folder / f"installation-{digest}.tar"
            if archive.exists():
                archive.touch()
                return archive
            made = _build(folder / "building.tar")
            # Somebody may have changed a source meanwhile.
            if sources(binaries.PROJECT) == digest:
                made.rename(archive)
                forget_old(folder)
                return archive


def sources(project: Path) -> str:
    """Give one digest of everything that goes into the image."""
    total = hashlib.sha256()
    for path in sorted(_files(project)):
        data = hashlib.sha256(path.read_bytes()).hexdigest()
        mode = path.stat().st_mode & 0o111
        total.update(f"{path.relative_to(project)} {mode:o} {data}\n".encode())
    return total.hexdigest()[:12]


def _build(archive: Path) -> Path:
    """Build the bundle and the image, and save it."""
    archive.unlink(missing_ok=True)
    sys.stderr.write("images: building the image of the installation, once for these sources\n")
    for words in (
        ("hacks/build-bundle",),
        ("hacks/images", "base", "--if-missing", BASE),
        ("hacks/images", "build", "--base", BASE, "--only", "installation", _PREFIX, _TAG),
        ("hacks/images", "save", "installation", _PREFIX, _TAG, str(archive)),
    ):
        done = subprocess.run(
            words, cwd=binaries.PROJECT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            message = f"cannot build the image of the installation: {' '.join(words)}:\n{said}"
            raise BuildFailed(message)
    return archive


def _files(project: Path) -> Iterator[Path]:
    for name in SOURCES:
        top = project / name
        if top.is_file():
            yield top
        for path in top.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def forget_old(folder: Path) -> None:
    """Remove the archives that nobody has asked for in a day before the newest."""
    newest = max(path.stat().st_mtime for path in folder.glob("installation-*.tar"))
    for path in folder.glob("installation-*.tar"):
        if newest - path.stat().st_mtime > LIFE:
            path.unlink()


def _cache() -> Path:
    top = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(top, "gardener-extension-cri-resmgr")
