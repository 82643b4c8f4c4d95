# SPDX-License-Identifier: Apache-2.0
"""From Kubernetes objects to pods: pods, and what makes pods of a template.

All pods go to the one node there is, in the order of the objects; nothing is scheduled. Pods of a
workload are named NAME-0, NAME-1 and so on. Lists of pods of a cluster are taken in the order in
which those were started. Whatever has no pods, or is over, is named and skipped.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from resmgr.config import problem

from . import podspecs
from .podspecs import PodSpec

MAX_PODS = 20_000
"""Pods of all files together."""

_TEMPLATE = ("spec", "template")
_OVER = ("Succeeded", "Failed")
"""Phases of pods that hold nothing any more."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of object that makes pods: where its template is, and what says how many."""

    template: tuple[str, ...] = _TEMPLATE
    count: str = ""


_KINDS: Mapping[str, _Kind] = {
    "CronJob": _Kind(("spec", "jobTemplate", *_TEMPLATE), "parallelism"),
    "DaemonSet": _Kind(),
    "Deployment": _Kind(count="replicas"),
    "Job": _Kind(count="parallelism"),
    "ReplicaSet": _Kind(count="replicas"),
    "ReplicationController": _Kind(count="replicas"),
    "StatefulSet": _Kind(count="replicas"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The pods of some objects, and the objects that have none (`KIND NAMESPACE/NAME`)."""

    pods: tuple[PodSpec, ...] = ()
    skipped: tuple[str, ...] = ()


def read(documents: Iterable[Any], origin: str, findings: problem.Findings) -> Found:
    """Read all objects of one file, which is called `origin`; what is wrong goes to `findings`."""
    pods: list[PodSpec] = []
    skipped: list[str] = []
    for number, document in enumerate(_flat(documents), 1):
        if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
            place = problem.Place(f"{origin}: document {number}", findings)
            got = (
                "an object without a kind" if isinstance(document, dict) else problem.kind(document)
            )
            place.problem(f"expected a Kubernetes object, got {got}")
            continue
        named = f"{document['kind']} {_name(document)}"
        if document["kind"] == "Pod" and _status(document).get("phase") in _OVER:
            skipped.append(f"{named} ({_status(document)['phase']})")
        elif document["kind"] == "Pod":
            pods += _pod(document, f"{origin}: {named}", findings)
        elif document["kind"] in _KINDS:
            room = MAX_PODS - len(pods)
            pods += _of_template(document, f"{origin}: {named}", findings, room)
        else:
            skipped.append(named)
    return Found(tuple(pods), tuple(skipped))


def refuse_twice(pods: Iterable[PodSpec], findings: problem.Findings) -> None:
    """Report pods of the same name."""
    seen = set()
    for one in pods:
        if one.full_name in seen:
            hint = "two objects make it; give one of them another name or namespace"
            findings.add(problem.Problem("", f"pod {one.full_name} is there twice", hint))
        seen.add(one.full_name)


def _flat(documents: Iterable[Any]) -> Iterator[Any]:
    """Give all objects, those in lists too."""
    for one in documents:
        kind = one.get("kind") if isinstance(one, dict) else None
        items = one.get("items") if isinstance(one, dict) else None
        if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
            yield from _flat(_as_they_came(items))
        else:
            yield one


def _as_they_came(items: list[Any]) -> list[Any]:
    """Give pods of a cluster in the order in which they were started, others as they stand."""
    starts = [str(_status(one).get("startTime") or "") for one in items]
    if not all(starts):
        return items
    return [one for _, one in sorted(zip(starts, items, strict=True), key=operator.itemgetter(0))]


def _status(document: Any) -> dict[str, Any]:
    status = document.get("status") if isinstance(document, dict) else None
    return status if isinstance(status, dict) else {}


def _name(document: Mapping[str, Any]) -> str:
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return "without a name"
    name = metadata.get("name") or metadata.get("generateName") or "without a name"
    return f"{metadata.get('namespace') or 'default'}/{name}"


def _pod(document: Mapping[str, Any], origin: str, findings: problem.Findings) -> Iterator[PodSpec]:
    metadata, spec = document.get("metadata"), document.get("spec")
    place, at = (problem.Place(f"{origin}: {one}", findings) for one in ("metadata", "spec"))
    pod = podspecs.read(metadata, spec, place, at)
    if not pod.name and isinstance(metadata, dict) and metadata.get("generateName"):
        pod = replace(pod, name=f"{metadata['generateName']}0")
    if not pod.name:
        place.key("name").problem("missing", "each pod has a name")
    yield pod


def _of_template(
    document: Mapping[str, Any], origin: str, findings: problem.Findings, room: int
) -> Iterator[PodSpec]:
    kind = _KINDS[document["kind"]]
    owner: Any = document
    template: Any = document
    for step in kind.template:
        owner = template
        template = template.get(step) if isinstance(template, dict) else None
    path = ".".join(kind.template)
    metadata = document.get("metadata")
    own = metadata if isinstance(metadata, dict) else {}
    for key in ("name", "namespace"):
        at = problem.Place(f"{origin}: metadata.{key}", findings)
        value = own.get(key)
        if value is not None and not isinstance(value, str):
            at.problem(f"expected text, got {problem.kind(value)}", "put it in quotes")
        elif not value and key == "name":
            at.problem("missing")
    if not isinstance(template, dict):
        problem.Place(f"{origin}: {path}", findings).problem("missing", "it has the pods' template")
        return
    place, at = (problem.Place(f"{origin}: {path}.{one}", findings) for one in ("metadata", "spec"))
    pod = podspecs.read(template.get("metadata"), template.get("spec"), place, at)
    count = 1
    if kind.count and isinstance(owner, dict):
        below = problem.Place(f"{origin}: {'.'.join(kind.template[:-1])}", findings)
        count = _count(owner.get(kind.count), below.key(kind.count), room)
    namespace = own.get("namespace") or pod.namespace
    for number in range(count):
        name = f"{own.get('name')}-{number}"
        yield replace(pod, name=name, namespace=str(namespace), uid="")


def _count(given: Any, place: problem.Place, room: int) -> int:
    if given is None:
        return 1
    if isinstance(given, bool) or not isinstance(given, int):
        place.problem(f"expected a number of pods, got {problem.kind(given)}")
        return 0
    if given < 0:
        place.problem(f"{given} is negative")
        return 0
    if given > room:
        place.problem(f"more than {MAX_PODS} pods in all")
        return 0
    return given
