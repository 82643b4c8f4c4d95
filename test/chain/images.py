# SPDX-License-Identifier: Apache-2.0
"""The images that a shoot has, built from the Dockerfile.

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

INSTALLATION = "installation"
AGENT = "agent"
WEBHOOK = "webhook"

REPOSITORIES = {
    INSTALLATION: "registry.example.com/cri/gardener-extension-cri-resmgr-installation",
    AGENT: "registry.example.com/cri/gardener-extension-cri-resmgr-agent",
    WEBHOOK: "registry.example.com/cri/cri-resmgr-webhook",
}
"""Target of the Dockerfile -> where nodes believe to pull its image from."""

REPOSITORY = REPOSITORIES[INSTALLATION]

BASE = "localhost/debian:bookworm"
"""Its glibc is the image's; made of Debian's packages, since no registry need be in reach."""

_COMMON = (
    ".dockerignore",
    "Dockerfile",
    "LICENSE",
    "NOTICE",
    "hacks/images",
    "pyproject.toml",
    "resmgr",
    "uv.lock",
)

SOURCES = {
    INSTALLATION: (*_COMMON, "ctl", "hacks/build-bundle", "hacks/bundle", "installer"),
    AGENT: (*_COMMON, "README.md", "agent"),
    WEBHOOK: (*_COMMON, "README.md", "webhook"),
}
"""Target -> files and folders that go into its image, or say how it is built."""

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


def built(target: str = INSTALLATION) -> Path:
    """Give the docker-archive of an image, built now unless the cache has it.

    A build takes some ten seconds, and minutes where nothing has ever been built. Raises
    `BuildFailed`.
    """
    folder = _cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while True:
            digest = sources(binaries.PROJECT, target)
            archive = folder / f"{target}-{digest}.tar"
            if archive.exists():
                archive.touch()
                return archive
            made = _build(target, folder / "building.tar")
            # Somebody may have changed a source meanwhile.
            if sources(binaries.PROJECT, target) == digest:
                made.rename(archive)
                forget_old(folder, target)
                return archive


def sources(project: Path, target: str = INSTALLATION) -> str:
    """Give one digest of everything that goes into an image."""
    total = hashlib.sha256()
    for path in sorted(_files(project, target)):
        data = hashlib.sha256(path.read_bytes()).hexdigest()
        mode = path.stat().st_mode & 0o111
        total.update(f"{path.relative_to(project)} {mode:o} {data}\n".encode())
    return total.hexdigest()[:12]


def _build(target: str, archive: Path) -> Path:
    """Build an image, and the bundle if it carries that, and save it."""
    archive.unlink(missing_ok=True)
    sys.stderr.write(f"images: building the image {target}, once for these sources\n")
    for words in (
        *([("hacks/build-bundle",)] if target == INSTALLATION else []),
        ("hacks/images", "base", "--if-missing", BASE),
        ("hacks/images", "build", "--base", BASE, "--only", target, _PREFIX, _TAG),
        ("hacks/images", "save", target, _PREFIX, _TAG, str(archive)),
    ):
        done = subprocess.run(
            words, cwd=binaries.PROJECT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            message = f"cannot build the image {target}: {' '.join(words)}:\n{said}"
            raise BuildFailed(message)
    return archive


def _files(project: Path, target: str) -> Iterator[Path]:
    for name in SOURCES[target]:
        top = project / name
        if top.is_file():
            yield top
        for path in top.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def forget_old(folder: Path, target: str = INSTALLATION) -> None:
    """Remove the archives that nobody has asked for in a day before the newest."""
    newest = max(path.stat().st_mtime for path in folder.glob(f"{target}-*.tar"))
    for path in folder.glob(f"{target}-*.tar"):
        if newest - path.stat().st_mtime > LIFE:
            path.unlink()


def _cache() -> Path:
    top = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(top, "gardener-extension-cri-resmgr")
