# SPDX-License-Identifier: Apache-2.0
"""Annotations that several policies look at."""

import pytest

from resmgr.policy import annotations


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("1", "t", "T", "TRUE", "true", "True")),
        *((text, False) for text in ("0", "f", "F", "FALSE", "false", "False")),
        *((text, None) for text in ("", "yes", "tRUE", " true", "2")),
    ],
)
def test_booleans_have_twelve_forms(text: str, value: bool | None) -> None:  # noqa: FBT001
    """Anything else is neither true nor false."""
    assert annotations.boolean(text) is value
