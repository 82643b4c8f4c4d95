# SPDX-License-Identifier: Apache-2.0
"""The image of the installer, from the Dockerfile, and other versions of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from daemonset import bundles
from garden import binaries
from ground import images

PREFIX = "registry.example.com/cri/"
NAME = f"{PREFIX}gardener-extension-cri-resmgr-installation"
BASE = "localhost/debian:bookworm"
"""The image to build on, made by `hacks/images base` where it is not there."""

TAG = "e2e"


class Images:
    """Gives a shoot's registry the installer in several versions."""

    def __init__(self, folder: Path) -> None:
        """Build the image from this checkout, some seconds; the folder has to stay.

        Raises `subprocess.CalledProcessError`.
        """
        self._folder = folder
        self._archive = folder / "installation.tar"
        self.bundle = folder / "bundle"
        scripts = binaries.PROJECT / "hacks"
        base = os.environ.get("BASE", BASE)
        # Two runs would build the same image in the same checkout at the same time.
        with _alone():
            _run(scripts / "build-bundle")
            _run(scripts / "build-bundle", "-o", str(self.bundle))
            if base == BASE and not _there(base):
                _run(scripts / "images", "base", base)
            words = ("--base", base, "--only", "installation", PREFIX, TAG)
            _run(scripts / "images", "build", *words)
            _run(scripts / "images", "save", "installation", PREFIX, TAG, str(self._archive))

    def give(self, registry: images.Registry, variant: bundles.Variant | None = None) -> str:
        """Have a registry give out the installer, or a variant of it; give the image's name."""
        if variant is None:
            registry.add(self._archive, f"{NAME}:{TAG}")
            return f"{NAME}:{TAG}"
        name = f"{NAME}:{variant.version}"
        target = self._folder / f"{variant.version}.tar"
        if not target.exists():
            upper = bundles.layer(self.bundle, variant)
            bundles.archive(self._archive, name, upper, target)
        registry.add(target, name)
        return name


@contextmanager
def _alone() -> Iterator[None]:
    with (binaries.PROJECT / "Dockerfile").open("rb") as file:
        flock(file, LOCK_EX)
        yield


def _there(name: str) -> bool:
    asked = ["buildah", "inspect", "--type", "image", name]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def _run(*words: Path | str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
