# SPDX-License-Identifier: Apache-2.0
"""Gives a shoot's registry the image of the installer, and other versions of it."""

import io
import json
import shutil
import tarfile
from pathlib import Path

from chain import images as built
from daemonset import bundles
from ground import images


class Images:
    """The image as it was built, and variants that are made of it."""

    def __init__(self, registry: images.Registry, archive: Path, folder: Path) -> None:
        """Take the registry, the docker-archive of `chain.images.built`, and a folder for more."""
        self._registry = registry
        # The cache that it is in forgets what is old.
        self._archive = Path(shutil.copy(archive, folder / "installation.tar"))
        self._folder = folder
        self.bundle = folder / "bundle"
        if not self.bundle.exists():
            _unpack(archive, folder)
        manifest = json.loads((self.bundle / "manifest.json").read_text(encoding="utf-8"))
        self.version: str = manifest["version"]
        """Version of the bundle as it was built."""

    def give(self, variant: bundles.Variant | None = None) -> str:
        """Have the registry give out the installer, or a variant of it; give the image's name."""
        if variant is None:
            name = f"{built.REPOSITORY}:plain"
            self._registry.add(self._archive, name)
            return name
        name = f"{built.REPOSITORY}:{variant.version}"
        target = self._folder / f"{variant.version}.tar"
        if not target.exists():
            bundles.archive(self._archive, name, bundles.layer(self.bundle, variant), target)
        self._registry.add(target, name)
        return name


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack the layer with the bundle."""
    with tarfile.open(archive, "r:") as tar:
        described = tar.extractfile("manifest.json")
        assert described is not None
        (image,) = json.load(described)
        for path in image["Layers"]:
            file = tar.extractfile(path)
            assert file is not None
            with tarfile.open(fileobj=io.BytesIO(file.read())) as layer:
                if any(member.name.startswith("bundle/") for member in layer.getmembers()):
                    layer.extractall(folder, filter="fully_trusted")  # noqa: S202 -- our own
