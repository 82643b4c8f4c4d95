# SPDX-License-Identifier: Apache-2.0
"""Measures how busy CPUs are for policies that want to know, and lets policies improve placements.

Nobody waits for a measurement: two looks at a file, an interval apart, make one.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from ...collect import load
from ...engine import events
from ...policy.load import FollowsLoad
from ..process.timers import Every

INTERVAL: Final = 10.0
"""Seconds between two looks if `--rebalance-interval` does not tell."""

_LARGEST: Final = 4 * 1024 * 1024


class Active(Protocol):
    """Whoever knows which policy is active."""

    @property
    def policy(self) -> object:
        """The active policy."""


Take = Callable[[events.Rebalance | events.LoadMeasured], object]


class Meter:
    """Measures; `look` is to be called again and again."""

    def __init__(self, path: Path, active: Active, take: Take) -> None:
        """Take the path of `/proc/stat`, and who wants to know."""
        self._path = path
        self._active = active
        self._take = take
        self._before: dict[int, load.Times] = {}

    def look(self) -> None:
        """Look; tell what is new if the active policy follows it."""
        if not isinstance(self._active.policy, FollowsLoad):
            self._before = {}
            return
        try:
            with self._path.open("rb") as file:
                now = load.read(file.read(_LARGEST).decode("ascii", "replace"))
        except OSError:
            now = {}
        if now and self._before:
            self._take(events.LoadMeasured(load.between(self._before, now)))
        self._before = now


def timers(
    loop: asyncio.AbstractEventLoop, root: str, interval: float, active: Active, take: Take
) -> list[Every]:
    """Give what rebalances, if there is an interval for it, and what measures."""
    meter = Meter(Path(root or "/") / "proc/stat", active, take)

    def rebalance() -> None:
        take(events.Rebalance())

    return [Every(loop, interval, rebalance), Every(loop, interval or INTERVAL, meter.look)]
