# SPDX-License-Identifier: Apache-2.0
"""Time for loops: the clocks that they are given, and waiting for an event, but not for ever."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a loop may know of time and chance; tests give others than the system's."""

    seconds: Callable[[], float]
    """Seconds on the event loop's clock (`loop.time`): for waiting."""

    now: Callable[[], datetime]
    """The time of day in UTC: for what people read."""

    rng: random.Random
    """Spreads what would happen all at once."""


async def wait(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait until `event` is set, at most `seconds` (`None`: no limit); tell whether it is set."""
    try:
        async with asyncio.timeout(None if seconds is None else max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
