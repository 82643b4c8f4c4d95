# SPDX-License-Identifier: Apache-2.0
"""Which entry of an image vector is chosen (Gardener contract, section 8)."""

import dataclasses
from collections.abc import Iterable

from resmgr.config import problem

from .. import semver

ARCHITECTURES = ("amd64", "arm64")
"""Known architectures; an entry without any is for all of them."""


class ImageNotFoundError(LookupError):
    """No entry of the vector fits what was asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Image:
    """One entry. Either `ref` or `repository` is set in an entry that was judged good.

    `plain` tells that it says nothing of versions and architectures.
    """

    name: str
    ref: str | None
    repository: str | None
    tag: str | None
    version: str | None
    runtime: semver.Range | None
    target: semver.Range | None
    architectures: tuple[str, ...]
    plain: bool = False

    @property
    def key(self) -> tuple[str, str | None, str | None, tuple[str, ...]]:
        """What an override must have in common with the entry that it changes."""
        runtime = self.runtime.text if self.runtime else None
        target = self.target.text if self.target else None
        return self.name, runtime, target, tuple(sorted(self.architectures))

    @property
    def described(self) -> str:
        """What it is for, as the file says it."""
        said = {
            "runtimeVersion": self.runtime and self.runtime.text,
            "targetVersion": self.target and self.target.text,
            "architectures": None if self.plain else ", ".join(self.architectures),
        }
        parts = [f"{key} {value!r}" for key, value in said.items() if value]
        return f"the entry for {', '.join(parts) or 'everything'}"

    def score(
        self, runtime: semver.Version | None, target: semver.Version | None, architecture: str
    ) -> int | None:
        """How well it fits, None if it does not; see `ImageVector.find`."""
        scores = (_score(self.runtime, runtime), _score(self.target, target))
        if architecture not in self.architectures or None in scores:
            return None
        return sum(s or 0 for s in scores) + (2 if len(self.architectures) == 1 else 1)

    def reference(self, target_version: str | None = None) -> str:
        """What a container runtime pulls. Without a tag it is that of the target version."""
        if self.ref is not None:
            return self.ref
        tag = self.tag
        if tag is None and target_version is not None:
            tag = "v" + target_version.removeprefix("v")
        if tag is None:
            return str(self.repository)
        return f"{self.repository}{'@' if tag.startswith('sha256:') else ':'}{tag}"


@dataclasses.dataclass(frozen=True, slots=True)
class ImageVector:
    """All entries in their order, which decides between entries that fit equally well.

    `warnings` tells what an operator's override has in vain.
    """

    images: tuple[Image, ...]
    warnings: tuple[problem.Problem, ...] = ()

    def find(
        self,
        name: str,
        *,
        runtime_version: str | None = None,
        target_version: str | None = None,
        architecture: str = "amd64",
    ) -> str:
        """The reference of the image that fits best.

        A range that is met counts 1, or 2 when it is a single version; the architecture counts 2
        for an entry made for it alone, else 1. A range excludes nothing when its version is not
        asked for. The first of the best wins.

        Raises:
            ImageNotFoundError: no entry fits.
            ValueError: a version is no version.
        """
        runtime = None if runtime_version is None else semver.parse_version(runtime_version)
        target = None if target_version is None else semver.parse_version(target_version)
        best = self.best(name, runtime, target, architecture)
        if best is None:
            raise ImageNotFoundError(
                f"cannot find image {name!r}: nothing in the image vector is for runtime version "
                f"{runtime_version}, target version {target_version}, architecture {architecture}; "
                "add an entry through imageVectorOverwrite"
            )
        return best.reference(target_version)

    def best(
        self,
        name: str,
        runtime: semver.Version | None,
        target: semver.Version | None,
        architecture: str,
    ) -> Image | None:
        """The entry that fits best, None if none fits; see `find`."""
        best, best_score = None, -1
        for image in self.images:
            score = image.score(runtime, target, architecture) if image.name == name else None
            if score is not None and score > best_score:
                best, best_score = image, score
        return best

    def find_for_all(self, name: str, *, version: str, architectures: Iterable[str]) -> str:
        """The one reference that serves a cluster of a Kubernetes version on all architectures.

        One DaemonSet has one image, so a vector that gives different images to the architectures
        of one cluster cannot be used for it.

        Raises:
            ImageNotFoundError: nothing fits one of the architectures, or no single image fits all.
            ValueError: the version is no version.
        """
        found = {
            architecture: self.find(
                name, runtime_version=version, target_version=version, architecture=architecture
            )
            for architecture in sorted(set(architectures) or {"amd64"})
        }
        references = set(found.values())
        if len(references) > 1:
            listed = ", ".join(f"{a}: {reference}" for a, reference in found.items())
            raise ImageNotFoundError(
                f"cannot choose image {name!r}: the cluster has several architectures and the "
                f"image vector has one image for each ({listed}); give a multi-architecture index"
            )
        return references.pop()


def _score(wanted: semver.Range | None, version: semver.Version | None) -> int | None:
    """Points of one range, None when it excludes the version."""
    if wanted is None or version is None:
        return 0
    if not wanted.allows(version):
        return None
    return 2 if wanted.exact else 1
