# SPDX-License-Identifier: Apache-2.0
"""What the annotation `intel.com/resources` says of a pod, and the patch that brings it there.

CRI carries neither requests nor extended resources; from this annotation the daemon has them
(webhook contract, section 2.2; annotations, section 6).
"""

import json
from collections.abc import Mapping
from typing import Any

from . import canonical

ANNOTATION = "intel.com/resources"
MEMBERS = ("initContainers", "containers")
"""Lists of the pod's spec, and members of the annotation."""

_AMOUNTS = ("limits", "requests")

JsonPatch = list[dict[str, Any]]


class BadPod(ValueError):
    """The object is no pod; the text says where."""


def patch(pod: object) -> JsonPatch:
    """Give the operations that annotate a pod; none where it is annotated so. Raises `BadPod`."""
    metadata = _mapping(_mapping(pod, "object").get("metadata") or {}, "object.metadata")
    annotations = metadata.get("annotations")
    known = _mapping(annotations or {}, "object.metadata.annotations")
    value = text(pod)
    if known.get(ANNOTATION) == value:
        return []
    path = "/metadata/annotations"
    begin = [{"op": "add", "path": path, "value": {}}] if annotations is None else []
    escaped = ANNOTATION.replace("~", "~0").replace("/", "~1")
    return [*begin, {"op": "add", "path": f"{path}/{escaped}", "value": value}]


def text(pod: object) -> str:
    """Give the annotation: compact JSON, keys sorted but for the two outermost. Raises `BadPod`."""
    spec = _mapping(_mapping(pod, "object").get("spec") or {}, "object.spec")
    whole = {member: _containers(spec.get(member), f"object.spec.{member}") for member in MEMBERS}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


def containers(pod: object) -> tuple[str, ...]:
    """Give the names of the containers of a pod for which there can be an annotation."""
    return tuple(name for member in json.loads(text(pod)).values() for name in member)


def _containers(given: object, path: str) -> dict[str, Any]:
    if not isinstance(given or [], list):
        raise BadPod(f"{path}: expected a list")
    found = {}
    for number, one in enumerate(given or []):  # type: ignore[arg-type,var-annotated]
        place = f"{path}[{number}]"
        container = _mapping(one, place)
        name = container.get("name")
        if not isinstance(name, str) or not name:
            raise BadPod(f"{place}.name: expected a text")
        found[name] = _requirements(container.get("resources") or {}, f"{place}.resources")
    return dict(sorted(found.items()))


def _requirements(given: object, path: str) -> dict[str, Any]:
    resources = _mapping(given, path)
    found: dict[str, Any] = {}
    if claims := resources.get("claims"):
        if not isinstance(claims, list):
            raise BadPod(f"{path}.claims: expected a list")
        found["claims"] = claims
    for member in _AMOUNTS:
        amounts = _mapping(resources.get(member) or {}, f"{path}.{member}")
        if amounts:
            found[member] = {
                name: _quantity(value, f"{path}.{member}.{name}")
                for name, value in sorted(amounts.items())
            }
    return dict(sorted(found.items()))


def _quantity(value: object, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadPod(f"{path}: expected a quantity")
    try:
        return canonical.canonical(str(value))
    except ValueError as error:
        raise BadPod(f"{path}: {error}") from error


def _mapping(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadPod(f"{path}: expected a mapping")
    return value
