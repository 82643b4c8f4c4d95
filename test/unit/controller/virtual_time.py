# SPDX-License-Identifier: Apache-2.0
"""An event loop on which waiting takes no time: when nothing can run, its clock jumps ahead.

For code that waits with asyncio and does no real I/O. Hours pass in milliseconds, always in the
same order.
"""

import asyncio
import random
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from controller import waiting

T = TypeVar("T")

START = datetime(2026, 8, 1, 12, 0, 0, tzinfo=UTC)
"""The time of day when a loop's clock stands at 0."""


class Deadlock(Exception):
    """Nothing can run and no timer is set: the code under test waits for ever."""


class _Selector(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise Deadlock
            self.now += max(timeout, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on such a loop."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


def clocks(seed: int = 1) -> waiting.Clocks:
    """Give the clocks of the running loop, and the same chance each time."""
    loop = asyncio.get_running_loop()
    return waiting.Clocks(
        seconds=loop.time,
        now=lambda: START + timedelta(seconds=loop.time()),
        rng=random.Random(seed),  # noqa: S311 - no secret
    )


async def run_for(seconds: float, *work: Coroutine[Any, Any, None]) -> None:
    """Let loops run for some virtual time and cancel them; what they raise comes through."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
