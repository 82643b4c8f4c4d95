# SPDX-License-Identifier: Apache-2.0
"""Times as people read them."""

import pytest

from ctl import moments

NOW = 1_795_348_800.0 + 3 * 3600
"""15:00 UTC on 22 November 2026."""


def test_a_moment_says_how_long_ago_it_was() -> None:
    """What is no time stays as it is."""
    assert moments.moment("2026-11-22T12:00:00.000Z", NOW) == "2026-11-22T12:00:00Z, 3h ago"
    assert moments.moment("yesterday", NOW) == "yesterday"
    assert moments.moment(None, NOW) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [("2026-11-22T14:58:30Z", "1m30s"), ("2026-11-22T15:00:09Z", "0s"), ("never", None)],
)
def test_how_long_ago(text: str, told: str | None) -> None:
    """Clocks that differ give no negative time."""
    assert moments.ago(text, NOW) == told
