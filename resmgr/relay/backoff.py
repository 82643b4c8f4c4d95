# SPDX-License-Identifier: Apache-2.0
"""How long to wait before the next attempt: doubling, capped, with jitter."""

import os
from collections.abc import Callable, Iterator


def chance() -> float:
    """Give a number from 0 to 1; the library's generator would take 0.15 MB for it."""
    return os.urandom(1)[0] / 255


def delays(
    chance: Callable[[], float], *, first: float = 0.02, cap: float = 1.0
) -> Iterator[float]:
    """Seconds between attempts, without end.

    `chance` gives numbers from 0 to 1; a delay is spread by a fifth to either side, so that several
    clients of a runtime that restarts do not come all at once.
    """
    delay = first
    while True:
        yield delay * (0.8 + 0.4 * chance())
        delay = min(delay * 2, cap)
