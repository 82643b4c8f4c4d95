# SPDX-License-Identifier: Apache-2.0
"""The text of an image vector: everything that is wrong with it is told at once (IMG-1)."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from resmgr.config import problem, suggest

from .. import semver
from .vector import ARCHITECTURES, Image, ImageVector

_USED = ("name", "ref", "repository", "tag", "version", "runtimeVersion", "targetVersion")
_KNOWN = (*_USED, "architectures", "sourceRepository", "resourceId", "labels")


class ImageVectorError(ValueError):
    """A vector that cannot be used, with everything that is wrong with it."""

    def __init__(self, source: str, problems: Iterable[problem.Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        listed = "; ".join(str(item) for item in self.problems)
        super().__init__(f"cannot use image vector {source}: {listed}")


def parse(text: str, *, source: str = "images.yaml") -> ImageVector:
    """Read a vector from a text; `source` stands in messages.

    Raises:
        ImageVectorError: the text is wrong, with all problems.
    """
    findings = problem.Findings()
    images = complete(entries(text, source, findings), findings)
    if findings.count:
        raise ImageVectorError(source, findings.problems())
    return ImageVector(images)


def complete(images: tuple[Image, ...], findings: problem.Findings) -> tuple[Image, ...]:
    """The same entries, judged: each has to name one image, and none may be there twice."""
    place = problem.Place("images", findings)
    first: dict[object, int] = {}
    for index, image in enumerate(images):
        where = place.item(index)
        one_form(image, where)
        if image.ref is None and image.repository is None:
            where.problem(f"{image.name} has neither ref nor repository", "add one of them")
        if image.key in first:
            same = f"images[{first[image.key]}]"
            where.problem(f"{image.name} is for the same as {same}", "remove one of them")
        first.setdefault(image.key, index)
    return images


def one_form(image: Image, place: problem.Place) -> None:
    """Judge whether an entry mixes the two forms of a reference."""
    if image.ref is not None and (image.repository is not None or image.tag is not None):
        place.problem(f"{image.name} has both ref and repository or tag", "keep one of them")


def entries(text: str, source: str, findings: problem.Findings) -> tuple[Image, ...]:
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
    architectures = entry.get("architectures")
    return Image(
        name=texts["name"] or "",
        ref=texts["ref"],
        repository=texts["repository"],
        tag=texts["tag"],
        version=texts["version"],
        runtime=_range(texts["runtimeVersion"], place.key("runtimeVersion")),
        target=_range(texts["targetVersion"], place.key("targetVersion")),
        architectures=_architectures(architectures, place.key("architectures")),
        plain=not texts["runtimeVersion"] and not texts["targetVersion"] and architectures is None,
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
