# SPDX-License-Identifier: Apache-2.0
"""The patch that carries conditions to the status, and what to tell people about it.

Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .. import extension
from .conditions import OWN_TYPES

Items = Sequence[Mapping[str, Any]]
"""A list as in `status.conditions`."""


def patch(ext: extension.Extension, new: Items) -> dict[str, Any]:
    """Build the merge patch that replaces the list of conditions of an Extension by `new`.

    Where conditions of others are in the list, the patch fails if the object has changed since
    it was read: what another controller wrote meanwhile must not get lost.
    """
    result: dict[str, Any] = {"status": {"conditions": [dict(item) for item in new]}}
    if any(item["type"] not in OWN_TYPES for item in new):
        result["metadata"] = {"resourceVersion": ext.resource_version}
    return result


def statuses(items: Items) -> dict[str, str]:
    """Give the status of each of our condition types."""
    return {item["type"]: item["status"] for item in items if item["type"] in OWN_TYPES}


def texts(items: Items) -> dict[str, str]:
    """Give status and message of each of our condition types, for a log line."""
    return {
        item["type"]: f"{item['status']}: {item['message']}"
        for item in items
        if item["type"] in OWN_TYPES
    }
