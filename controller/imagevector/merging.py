# SPDX-License-Identifier: Apache-2.0
"""An operator's override is merged into an image vector (Gardener contract, section 8).

Beyond the contract, an entry that says nothing of versions and architectures changes all entries of
its name: the shipped entries have ranges, so it would stand beside them and never fit best. Other
entries that are added in vain are told as warnings.
"""

import dataclasses

from resmgr.config import problem

from .. import semver
from . import reading
from .vector import Image, ImageVector


def override(vector: ImageVector, text: str, source: str = "override") -> ImageVector:
    """The vector with a text's entries merged in.

    An entry changes the one with the same name, ranges and architectures. If there is none, it
    changes every entry of its name when it is plain, and is appended otherwise. Plain entries
    come first, wherever they stand: an entry for certain versions is not undone by one for all.
    What an entry sets wins. A `ref` takes the place of repository and tag, a `repository` that of
    a ref.

    Raises:
        ImageVectorError: the text is wrong, or the outcome of merging it is.
    """
    findings = problem.Findings()
    changes = reading.entries(text, source, findings)
    for index, change in enumerate(changes):
        reading.one_form(change, problem.Place("images", findings).item(index))
    if findings.count == 0:
        merged = reading.complete(_merge(vector.images, changes), findings)
    if findings.count:
        raise reading.ImageVectorError(source, findings.problems())
    outcome = ImageVector(merged)
    known = {image.key for image in vector.images}
    warnings = [
        warning
        for index, change in enumerate(changes)
        if change.key not in known
        and (warning := _in_vain(outcome, change, f"{source}: images[{index}]")) is not None
    ]
    return dataclasses.replace(outcome, warnings=tuple(warnings))


def _merge(images: tuple[Image, ...], changes: tuple[Image, ...]) -> tuple[Image, ...]:
    merged = {image.key: image for image in images}
    for change in sorted(changes, key=lambda change: not change.plain):
        if change.key in merged:
            keys = [change.key]
        else:
            keys = [
                key for key, image in merged.items() if change.plain and image.name == change.name
            ]
        for key in keys:
            merged[key] = _changed(merged[key], change)
        if not keys:
            merged[change.key] = change
    return tuple(merged.values())


def _changed(former: Image, change: Image) -> Image:
    """An entry with what a change of it sets."""
    ref, repository, tag = former.ref, former.repository, former.tag
    if change.ref is not None:
        ref, repository, tag = change.ref, None, None
    if change.repository is not None:
        ref, repository = None, change.repository
    return dataclasses.replace(
        former,
        ref=ref,
        repository=repository,
        tag=tag if change.tag is None else change.tag,
        version=former.version if change.version is None else change.version,
    )


def _in_vain(vector: ImageVector, change: Image, path: str) -> problem.Problem | None:
    """A warning if an entry of the vector wins nowhere that another entry fits as well.

    Both versions are taken to be the same one, as everywhere in this extension. Fits change only
    at the ranges' borders, so it is enough to look there.
    """
    image = next((image for image in vector.images if image.key == change.key), None)
    if image is None:
        return None
    rivals = [other for other in vector.images if other.name == image.name and other is not image]
    ranges = [r for entry in (image, *rivals) for r in (entry.runtime, entry.target) if r]
    fits = [
        (version, version, architecture)
        for version in sorted(set().union(*(r.borders for r in ranges), {semver.LOWEST}))
        for architecture in image.architectures
        if image.score(version, version, architecture) is not None
    ]
    if not fits:
        return problem.Problem(path, f"{image.name} fits no version at all")
    bests = [vector.best(image.name, *asked) for asked in fits]
    better = [best for best in bests if best is not None and best is not image]
    wins = any(
        best is image and any(rival.score(*asked) is not None for rival in rivals)
        for asked, best in zip(fits, bests, strict=True)
    )
    if wins or not better:
        return None
    return problem.Problem(
        path,
        f"{image.name} changes nothing where the image vector has an image: {better[-1].described} "
        "fits as well or better",
        "leave out versions and architectures to change every entry of this name, or repeat those",
    )
