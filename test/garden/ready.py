# SPDX-License-Identifier: Apache-2.0
"""When gardenlet regards an extension object as ready, and when as failed.

Pure. Gardener contract, section 2.4: the rules in their order.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from controller import names


class ExtensionFailed(Exception):
    """The extension answered an operation with an error; the text is its description."""

    def __init__(self, description: str, codes: tuple[str, ...]) -> None:
        """Keep Gardener's error codes beside the text."""
        super().__init__(description)
        self.codes = codes


def missing(obj: Mapping[str, Any] | None) -> str:
    """Say what the object lacks to be ready; empty if it is."""
    return next(_missing(obj), "")


def _missing(obj: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what the object lacks; what comes first counts, and the rest may make no sense."""
    if obj is None:
        yield "the object does not exist"
        return
    metadata, status = obj["metadata"], obj.get("status") or {}
    operation = status.get("lastOperation")
    error = status.get("lastError")
    annotations = metadata.get("annotations") or {}
    timestamp = annotations.get(names.TIMESTAMP_ANNOTATION, "")
    if error is not None:
        yield f"extension encountered error during reconciliation: {error['description']}"
    if status.get("observedGeneration") != metadata["generation"]:
        observed = status.get("observedGeneration")
        yield f"observed generation outdated ({observed}/{metadata['generation']})"
    if names.OPERATION_ANNOTATION in annotations:
        wanted = annotations[names.OPERATION_ANNOTATION]
        yield f'gardener operation "{wanted}" is not yet picked up by controller'
    if operation is None:
        yield "extension did not record a last operation yet"
        return
    if operation["state"] != "Succeeded":
        yield f"extension state is not Succeeded but {operation['state']}"
    if timestamp and seconds(timestamp) > seconds(operation["lastUpdateTime"]):
        yield f"last operation is older than the request of {timestamp}"


def failure(obj: Mapping[str, Any] | None) -> ExtensionFailed | None:
    """Give the error that the extension reports for the latest request, if it does."""
    if obj is None:
        return None
    status = obj.get("status") or {}
    operation, error = status.get("lastOperation") or {}, status.get("lastError")
    annotations = obj["metadata"].get("annotations") or {}
    timestamp = annotations.get(names.TIMESTAMP_ANNOTATION, "")
    if operation.get("state") != "Error" or error is None:
        return None
    if annotations.get(names.OPERATION_ANNOTATION) == "reconcile":
        return None
    if timestamp and seconds(timestamp) > seconds(operation["lastUpdateTime"]):
        return None
    return ExtensionFailed(error["description"], tuple(error.get("codes") or ()))


def seconds(time: str) -> str:
    """Cut an RFC 3339 time in UTC to seconds; such texts compare as the times do."""
    return time[:19]
