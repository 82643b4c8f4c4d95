# SPDX-License-Identifier: Apache-2.0
"""Counters of what a peer may do so often."""

from collections.abc import Callable

import pytest

from resmgr.wire import limits, problems

COUNTS: list[Callable[[limits.Counters], None]] = [
    limits.Counters.idle_frame,
    limits.Counters.reset,
]


@pytest.mark.parametrize("count", COUNTS)
def test_more_than_allowed(count: Callable[[limits.Counters], None]) -> None:
    """The limit itself is allowed, one more is not."""
    counters = limits.Counters(limits.Limits(resets=2, idle_frames=2))
    count(counters)
    count(counters)

    with pytest.raises(problems.ConnectionProblem, match="too many"):
        count(counters)


@pytest.mark.parametrize("count", COUNTS)
def test_forgiven(count: Callable[[limits.Counters], None]) -> None:
    """A new interval begins at nothing."""
    counters = limits.Counters(limits.Limits(resets=1, idle_frames=1))
    count(counters)
    counters.forgive()
    count(counters)
