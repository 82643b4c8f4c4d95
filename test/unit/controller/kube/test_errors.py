# SPDX-License-Identifier: Apache-2.0
"""Which error stands for which answer of an API server."""

import pytest

from controller import kube
from controller.kube import errors

ANSWERS = [
    (400, "BadRequest", kube.Invalid),
    (401, "Unauthorized", kube.Forbidden),
    (403, "Forbidden", kube.Forbidden),
    (404, "NotFound", kube.NotFound),
    (409, "Conflict", kube.Conflict),
    (409, "AlreadyExists", kube.AlreadyExists),
    (410, "Expired", kube.Gone),
    (410, "Gone", kube.Gone),
    (422, "Invalid", kube.Invalid),
    (429, "TooManyRequests", kube.Unavailable),
    (500, "InternalError", kube.Unavailable),
    (503, "ServiceUnavailable", kube.Unavailable),
    (504, "", kube.Unavailable),
    (418, "", kube.ApiError),
]


@pytest.mark.parametrize(("status", "reason", "kind"), ANSWERS)
def test_each_answer_has_its_error(status: int, reason: str, kind: type[kube.ApiError]) -> None:
    """The class tells what to do about it, status and reason are kept."""
    error = errors.from_status(status, {"reason": reason, "message": "why"}, "get /x")

    assert type(error) is kind
    assert (error.status, error.reason) == (status, reason)


def test_a_conflict_is_not_taken_for_an_object_that_exists() -> None:
    """Only the reason tells the two answers with 409 apart."""
    error = errors.from_status(409, {"reason": "Conflict"}, "patch /x")

    assert not isinstance(error, kube.AlreadyExists)


def test_the_message_says_what_could_not_be_done_and_why() -> None:
    """It reads `cannot VERB OBJECT: cause`."""
    error = errors.from_status(404, {"message": "no such thing"}, "get /api/v1/x")

    assert str(error) == "cannot get /api/v1/x: no such thing"


def test_a_body_without_a_message_gives_the_http_status() -> None:
    """A proxy in between may answer without a Status object."""
    error = errors.from_status(502, {}, "get /x")

    assert "502" in str(error)


def test_a_long_message_is_cut() -> None:
    """It goes into a status that people read, and the server may repeat a whole object in it."""
    error = errors.from_status(422, {"message": "x" * 100_000}, "patch /x")

    assert len(str(error)) <= errors.MESSAGE_LIMIT


def test_the_servers_wish_when_to_come_again_is_kept() -> None:
    """A busy server says it in seconds."""
    error = errors.from_status(429, {}, "get /x", retry_after=7.0)

    assert error.retry_after == 7.0
