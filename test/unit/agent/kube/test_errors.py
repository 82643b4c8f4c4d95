# SPDX-License-Identifier: Apache-2.0
"""Errors of an API server."""

from agent.kube import errors


def test_gone_by_its_reason() -> None:
    """Whatever the status of an event of a watch is."""
    found = errors.of_status(500, {"reason": "Expired", "message": "old"}, "watch /x")

    assert isinstance(found, errors.Gone)
    assert str(found) == "cannot watch /x: old"


def test_messages_are_bounded() -> None:
    """They go into logs."""
    assert len(str(errors.of_status(422, {"message": "x" * 9000}, "y"))) == errors.LONGEST
    assert str(errors.of_status(418, {}, "y")) == "cannot y: HTTP status 418"
