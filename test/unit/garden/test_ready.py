# SPDX-License-Identifier: Apache-2.0
"""gardenlet's rules for a ready object, one by one and in their order."""

from typing import Any

import pytest
from garden import ready

from controller import names


def extension(**changes: Any) -> dict[str, Any]:
    """Build an Extension that is ready but for the changes."""
    annotations = {names.TIMESTAMP_ANNOTATION: "2026-01-01T00:00:05.999999999Z"}
    if "operation" in changes:
        annotations[names.OPERATION_ANNOTATION] = changes["operation"]
    last = {
        "type": "Reconcile",
        "state": changes.get("state", "Succeeded"),
        "lastUpdateTime": changes.get("time", "2026-01-01T00:00:05Z"),
    }
    status: dict[str, Any] = {
        "lastOperation": changes.get("last", last),
        "observedGeneration": changes.get("observed", 3),
    }
    if "error" in changes:
        status["lastError"] = {"description": changes["error"], "codes": ["ERR_X"]}
    return {"metadata": {"generation": 3, "annotations": annotations}, "status": status}


def test_all_rules_met_is_ready() -> None:
    """Success within the second of the request is an answer to it."""
    assert ready.missing(extension()) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"error": "bad", "observed": 2}, "encountered error"),
        ({"observed": 2, "operation": "reconcile"}, "generation outdated"),
        ({"operation": "reconcile", "last": None}, "not yet picked up"),
        ({"last": None}, "did not record"),
        ({"state": "Processing", "time": "2026-01-01T00:00:04Z"}, "not Succeeded but Processing"),
        ({"time": "2026-01-01T00:00:04Z"}, "older than the request"),
    ],
)
def test_first_rule_that_is_not_met_is_named(changes: dict[str, Any], words: str) -> None:
    """Each rule counts before those that follow it."""
    assert words in ready.missing(extension(**changes))


def test_missing_object_is_not_ready() -> None:
    """An object that does not exist is not ready."""
    assert ready.missing(None) == "the object does not exist"


def test_error_is_a_failure_with_its_codes() -> None:
    """An Error after the request carries description and codes."""
    failure = ready.failure(extension(state="Error", error="bad"))

    assert failure is not None
    assert (str(failure), failure.codes) == ("bad", ("ERR_X",))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "Processing", "error": "bad"},
        {"state": "Error", "error": "bad", "operation": "reconcile"},
        {"state": "Error", "error": "bad", "time": "2026-01-01T00:00:04Z"},
    ],
)
def test_error_of_an_earlier_request_is_no_failure(changes: dict[str, Any]) -> None:
    """While the request is open, an error that is still there says nothing about it."""
    assert ready.failure(extension(**changes)) is None
