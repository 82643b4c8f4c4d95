# SPDX-License-Identifier: Apache-2.0
"""Each review has the answer of the contract's table."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.webhook import requests

from webhook import review

PATCH = [{"op": "add", "path": "/x", "value": "é"}]


def allow(_: review.Request) -> review.Verdict:
    """Allow, with everything that a verdict can have."""
    return review.Verdict(patch=PATCH, warnings=["odd"])


def ask(body: bytes, judge: review.Judge = allow) -> dict[str, Any]:
    """Give the response in the answer, which is always a whole one."""
    answer, _ = review.answer(body, review.of_core("pods", judge))

    assert (answer["apiVersion"], answer["kind"]) == (review.VERSION, review.KIND)

    response: dict[str, Any] = answer["response"]
    return response


def test_the_answer_has_the_patch_and_the_uid() -> None:
    """A patch is JSON in base64."""
    response = ask(requests.review(requests.pod()))

    assert (response["uid"], response["allowed"], response["patchType"]) == (
        "u-1",
        True,
        "JSONPatch",
    )
    assert json.loads(base64.b64decode(response["patch"])) == PATCH


def test_warnings_are_handed_on() -> None:
    """Few and short ones, as clients take them."""
    many = review.Verdict(warnings=["x" * 500] * 100)
    response = ask(requests.review(requests.pod()), lambda _: many)

    assert len(response["warnings"]) == review.MOST_WARNINGS
    assert {len(one) for one in response["warnings"]} == {review.LONGEST_WARNING}


def test_without_a_patch_no_kind_of_patch_is_named() -> None:
    """An API server refuses one without the other."""
    response = ask(requests.review(requests.pod()), lambda _: review.Verdict())

    assert response == {"uid": "u-1", "allowed": True}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "cannot read the review: Expecting value"),
        (b"[]", "cannot read the review: it is no mapping"),
        (b"[" * 100_000, "cannot read the review: "),
        (
            b'{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}',
            "cannot read the review: expected admission.k8s.io/v1",
        ),
        (b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}', "Empty request"),
    ],
)
def test_what_is_no_review_is_refused(body: bytes, message: str) -> None:
    """It has no uid that could be repeated."""
    response = ask(body)

    assert (response["uid"], response["allowed"]) == ("", False)
    assert response["status"]["message"].startswith(message)


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            {"group": "apps", "version": "v1", "resource": "deployments"},
            "Unexpected resource group/version 'apps/v1'",
        ),
        (
            {"group": "", "version": "v1", "resource": "services"},
            "Unexpected resource /v1, Resource=services",
        ),
        ("pods", "Unexpected resource group/version '/'"),
    ],
)
def test_other_resources_are_refused(resource: Any, message: str) -> None:
    """Somebody has configured the webhook for what it does not know."""
    response = ask(requests.review(requests.pod(), resource))

    assert (response["allowed"], response["status"]["message"]) == (False, message)


def test_a_part_of_an_object_is_let_through() -> None:
    """A change of a pod's status, say, has nothing to annotate."""
    response = ask(requests.review(requests.pod(), subResource="status"))

    assert response == {"uid": "u-1", "allowed": True}


def test_a_deletion_is_let_through() -> None:
    """It has no object."""
    response = ask(requests.review(requests.pod(), operation="DELETE", object=None))

    assert response == {"uid": "u-1", "allowed": True}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["uid", "resource", "object", "group"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(_JSON)
def test_whatever_is_asked_is_answered(request: object) -> None:
    """Nothing in a request makes the webhook fail."""
    body = {"apiVersion": review.VERSION, "kind": review.KIND, "request": request}
    response = ask(json.dumps(body).encode())

    assert isinstance(response["allowed"], bool)
