# SPDX-License-Identifier: Apache-2.0
"""Texts of others become one line that does nothing to a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from controller import oneline


@given(st.text(max_size=500), st.integers(2, 100))
def test_clean(text: str, limit: int) -> None:
    """Cleaned text is printable, one line, within its limit, and cleaning it again is no change."""
    result = oneline.clean(text, limit)

    assert len(result) <= limit
    assert result.isprintable()
    assert oneline.clean(result, limit) == result
