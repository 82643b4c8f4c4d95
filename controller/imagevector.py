# SPDX-License-Identifier: Apache-2.0
"""The image vector: which image runs where (Gardener contract, section 8; IMG-1).

An operator's override has the same form and is merged entry by entry. `load` judges everything at
once and refuses to give out a vector with a problem in it; `find` chooses the entry that fits best.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from resmgr.config import problem, suggest

from . import semver

ARCHITECTURES = ("amd64", "arm64")
"""Known architectures; an entry without any is for all of them."""

_USED = ("name", "ref", "repository", "tag", "version", "runtimeVersion", "targetVersion")
_KNOWN = (*_USED, "architectures", "sourceRepository", "resourceId", "labels")


class ImageVectorError(ValueError):
    """A vector that cannot be used, with everything that is wrong with it."""

    def __init__(self, source: str, problems: Iterable[problem.Problem]) -> None:
        self.problems = tuple(problems)
        listed = "; ".join(str(item) for item in self.problems)
        super().__init__(f"cannot use image vector {source}: {listed}")


class ImageNotFoundError(LookupError):
    """No entry of the vector fits what was asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Image:
    """One entry. Either `ref` or `repository` is set in an entry that was judged good."""

    name: str
    ref: str | None
    repository: str | None
    tag: str | None
    version: str | None
    runtime: semver.Range | None
    target: semver.Range | None
    architectures: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str | None, str | None, tuple[str, ...]]:
        """What an override must have in common with the entry that it changes."""
        runtime = self.runtime.text if self.runtime else None
        target = self.target.text if self.target else None
        return self.name, runtime, target, tuple(sorted(self.architectures))

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
    """All entries in their order, which decides between entries that fit equally well."""

    images: tuple[Image, ...]

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
        best, best_score = None, -1
        for image in self.images:
            if image.name != name or architecture not in image.architectures:
                continue
            scores = (_score(image.runtime, runtime), _score(image.target, target))
            if None in scores:
                continue
            score = sum(s or 0 for s in scores) + (2 if len(image.architectures) == 1 else 1)
            if score > best_score:
                best, best_score = image, score
        if best is None:
            raise ImageNotFoundError(
                f"cannot find image {name!r}: nothing in the image vector is for runtime version "
                f"{runtime_version}, target version {target_version}, architecture {architecture}; "
                "add an entry through imageVectorOverwrite"
            )
        return best.reference(target_version)

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


def load(path: Path, overwrite: Path | None = None) -> ImageVector:
    """Read a vector and, when given, the override that is merged into it.

    Raises:
        ImageVectorError: one of the files is missing or wrong (IMG-1), with all problems.
    """
    vector = parse(_read(path), source=str(path))
    return vector if overwrite is None else override(vector, _read(overwrite), str(overwrite))


def parse(text: str, *, source: str = "images.yaml") -> ImageVector:
    """Read a vector from a text; `source` stands in messages.

    Raises:
        ImageVectorError: the text is wrong, with all problems.
    """
    findings = problem.Findings()
    images = _complete(_entries(text, source, findings), findings)
    if findings.count:
        raise ImageVectorError(source, findings.problems())
    return ImageVector(images)


def override(vector: ImageVector, text: str, source: str = "override") -> ImageVector:
    """The vector with a text's entries merged in; entries that match none are appended.

    What an entry sets wins. A `ref` takes the place of repository and tag, a `repository` that of
    a ref.

    Raises:
        ImageVectorError: the text is wrong, or the outcome of merging it is.
    """
    findings = problem.Findings()
    changes = _entries(text, source, findings)
    for index, change in enumerate(changes):
        _one_form(change, problem.Place("images", findings).item(index))
    if findings.count == 0:
        images = _complete(_merge(vector.images, changes), findings)
    if findings.count:
        raise ImageVectorError(source, findings.problems())
    return ImageVector(images)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImageVectorError(str(path), [problem.Problem("", str(error))]) from error


def _score(wanted: semver.Range | None, version: semver.Version | None) -> int | None:
    """Points of one range, None when it excludes the version."""
    if wanted is None or version is None:
        return 0
    if not wanted.allows(version):
        return None
    return 2 if wanted.exact else 1


def _merge(images: tuple[Image, ...], changes: tuple[Image, ...]) -> tuple[Image, ...]:
    merged = {image.key: image for image in reversed(images)}
    ordered = list(dict.fromkeys(image.key for image in images))
    for change in changes:
        if change.key not in merged:
            ordered.append(change.key)
            merged[change.key] = change
            continue
        former = merged[change.key]
        ref, repository, tag = former.ref, former.repository, former.tag
        if change.ref is not None:
            ref, repository, tag = change.ref, None, None
        if change.repository is not None:
            ref, repository = None, change.repository
        merged[change.key] = dataclasses.replace(
            former,
            ref=ref,
            repository=repository,
            tag=tag if change.tag is None else change.tag,
            version=former.version if change.version is None else change.version,
        )
    return tuple(merged[key] for key in ordered)


def _complete(images: tuple[Image, ...], findings: problem.Findings) -> tuple[Image, ...]:
    """The same entries; each has to name one image, and none may be there twice."""
    place = problem.Place("images", findings)
    first: dict[object, int] = {}
    for index, image in enumerate(images):
        where = place.item(index)
        _one_form(image, where)
        if image.ref is None and image.repository is None:
            where.problem(f"{image.name} has neither ref nor repository", "add one of them")
        if image.key in first:
            same = f"images[{first[image.key]}]"
            where.problem(f"{image.name} is for the same as {same}", "remove one of them")
        first.setdefault(image.key, index)
    return images


def _one_form(image: Image, place: problem.Place) -> None:
    if image.ref is not None and (image.repository is not None or image.tag is not None):
        place.problem(f"{image.name} has both ref and repository or tag", "keep one of them")


def _entries(text: str, source: str, findings: problem.Findings) -> tuple[Image, ...]:
    """What the text says, each value judged, the entries not yet."""
    root = problem.Place("images", findings)
    try:
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise ImageVectorError(source, [problem.Problem("", f"not YAML: {error}")]) from error
    entries = document.get("images") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        root.problem("must be a list", "the file has the form 'images: [{name: ..., ...}]'")
        return ()
    images = (_entry(entry, root.item(i)) for i, entry in enumerate(entries))
    return tuple(image for image in images if image is not None)


def _entry(entry: Any, place: problem.Place) -> Image | None:
    if not isinstance(entry, Mapping):
        place.problem(f"must be a mapping, is {problem.kind(entry)}")
        return None
    for key in entry:
        # Keys of a newer Gardener are none of our business, misspelt ones are.
        meant = None if key in _KNOWN else suggest.nearest(str(key), _KNOWN)
        if meant is not None:
            place.key(str(key)).problem("unknown key", f"did you mean {meant}")
    texts = {key: _text(entry.get(key), place.key(key)) for key in _USED}
    if not texts["name"]:
        place.key("name").problem("missing")
    return Image(
        name=texts["name"] or "",
        ref=texts["ref"],
        repository=texts["repository"],
        tag=texts["tag"],
        version=texts["version"],
        runtime=_range(texts["runtimeVersion"], place.key("runtimeVersion")),
        target=_range(texts["targetVersion"], place.key("targetVersion")),
        architectures=_architectures(entry.get("architectures"), place.key("architectures")),
    )


def _text(value: Any, place: problem.Place) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        place.problem(f"must be text, is {problem.kind(value)}", "put it in quotes")
        return None
    if not value or any(not 0x20 < ord(c) < 0x7F for c in value.replace(" ", "")):
        place.problem("must be one line of printable ASCII characters")
    return value


def _range(text: str | None, place: problem.Place) -> semver.Range | None:
    try:
        return None if text is None else semver.parse_range(text)
    except ValueError as error:
        place.problem(str(error))
        return None


def _architectures(value: Any, place: problem.Place) -> tuple[str, ...]:
    if value is None:
        return ARCHITECTURES
    if not isinstance(value, list) or not value:
        place.problem("must be a list of architectures", f"known: {', '.join(ARCHITECTURES)}")
        return ARCHITECTURES
    for index, architecture in enumerate(value):
        if architecture not in ARCHITECTURES:
            place.item(index).problem(
                f"unknown architecture {problem.quote(str(architecture))}",
                suggest.hint(str(architecture), ARCHITECTURES),
            )
    return tuple(dict.fromkeys(str(architecture) for architecture in value))
