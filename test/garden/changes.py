# SPDX-License-Identifier: Apache-2.0
"""Merge patches from one JSON object to another (RFC 7386). Pure."""

from collections.abc import Mapping
from typing import Any


def merge_patch(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give the smallest merge patch that turns `there` into `wanted`."""
    patch: dict[str, Any] = {key: None for key in there if key not in wanted}
    for key, value in wanted.items():
        old = there.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            inner = merge_patch(old, value)
            if inner:
                patch[key] = inner
        elif key not in there or old != value:
            patch[key] = value
    return patch
