# SPDX-License-Identifier: Apache-2.0
"""AdmissionReviews: what is asked, and the answer, by one table (webhook contract, section 2.1).

An answer always names its version and kind: without them an API server takes it for a failure of
the webhook. Nothing in it repeats the object, which may hold secrets.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "admission.k8s.io/v1"
KIND = "AdmissionReview"

MOST_WARNINGS = 20
"""Warnings in an answer; an API server passes 4 KiB of them on."""

LONGEST_WARNING = 256
"""Characters; an API server cuts what is longer when there are many."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked about: the object as it is to be stored, and what it is."""

    uid: str
    group: str
    version: str
    resource: str
    subresource: str
    operation: str
    namespace: str
    name: str
    object: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is answered; `message` says why something is refused."""

    allowed: bool = True
    message: str = ""
    patch: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()


def refuse(message: str) -> Verdict:
    """Refuse, and say why."""
    return Verdict(allowed=False, message=message)


Judge = Callable[[Request], Verdict]
"""Judges one kind of objects; never raises for what an object holds."""


def answer(body: bytes, judge: Judge) -> tuple[dict[str, Any], Verdict]:
    """Give the answer to a request's body, and the verdict in it."""
    uid, verdict = _verdict(body, judge)
    response: dict[str, Any] = {"uid": uid, "allowed": verdict.allowed}
    if verdict.message:
        response["status"] = {"message": verdict.message}
    if verdict.patch:
        operations = json.dumps(verdict.patch, separators=(",", ":"), ensure_ascii=False)
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(operations.encode()).decode()
    if verdict.warnings:
        response["warnings"] = [
            one if len(one) <= LONGEST_WARNING else one[: LONGEST_WARNING - 1] + "…"
            for one in verdict.warnings[:MOST_WARNINGS]
        ]
    return {"apiVersion": VERSION, "kind": KIND, "response": response}, verdict


def of_core(resource: str, judge: Judge) -> Judge:
    """Make a judge of one resource of the core group refuse to speak about any other."""

    def guarded(request: Request) -> Verdict:
        if (request.group, request.version) != ("", "v1"):
            what = f"{request.group}/{request.version}"
            return refuse(f"Unexpected resource group/version '{what}'")
        if request.resource != resource:
            what = f"{request.group}/{request.version}, Resource={request.resource}"
            return refuse(f"Unexpected resource {what}")
        if request.subresource or request.object is None:
            # What is deleted or only in part there has nothing that could be judged.
            return Verdict()
        return judge(request)

    return guarded


def _verdict(body: bytes, judge: Judge) -> tuple[str, Verdict]:
    try:
        review = json.loads(body)
    except (ValueError, RecursionError) as error:
        return "", refuse(f"cannot read the review: {error}")
    if not isinstance(review, dict):
        return "", refuse("cannot read the review: it is no mapping")
    told = review.get("apiVersion"), review.get("kind")
    if told != (VERSION, KIND):
        return "", refuse(f"cannot read the review: expected {VERSION} {KIND}")
    given = review.get("request")
    if not isinstance(given, dict):
        return "", refuse("Empty request")
    request = _request(given)
    return request.uid, judge(request)


def _request(given: Mapping[str, Any]) -> Request:
    resource = given.get("resource")
    if not isinstance(resource, dict):
        resource = {}
    return Request(
        uid=_text(given.get("uid")),
        group=_text(resource.get("group")),
        version=_text(resource.get("version")),
        resource=_text(resource.get("resource")),
        subresource=_text(given.get("subResource")),
        operation=_text(given.get("operation")),
        namespace=_text(given.get("namespace")),
        name=_text(given.get("name")),
        object=given.get("object"),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
