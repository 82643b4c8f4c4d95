# SPDX-License-Identifier: Apache-2.0
"""The annotation for a limit of top-tier memory."""

import pytest

from resmgr.control.memory import limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [("512Mi", 512 * 1024**2), ("1G", 10**9), ("1000", 1000), ("3G", 3_000_000_000), ("0", 0)],
)
def test_a_quantity_in_bytes(text: str, expected: int) -> None:
    """As Kubernetes writes them."""
    assert limit.read(text) == expected


@pytest.mark.parametrize("text", ["", "lots", "1GB", "-5", "1" * 200])
def test_anything_else_is_refused(text: str) -> None:
    """The message has the words of the original, and says what to write."""
    with pytest.raises(limit.BadLimit, match=r"^failed to parse top tier limit annotation .*512Mi"):
        limit.read(text)
