# SPDX-License-Identifier: Apache-2.0
"""Work by key: one run at a time for each key, again if asked meanwhile, later if it failed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from controller import kube

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
"""Seconds until a run that failed is repeated, doubling from the first to the longest."""

K = TypeVar("K", bound=Hashable)
_log = logging.getLogger(__name__)


class Workers(Generic[K]):
    """Runs `work` for each key that is added; `work` gives True when it wants to run again."""

    def __init__(self, work: Callable[[K], Awaitable[bool]], *, concurrency: int = 10) -> None:
        """Needs a running event loop from the first `add` on."""
        self._work = work
        self._slots = asyncio.Semaphore(concurrency)
        self._tasks: dict[K, asyncio.Task[None]] = {}
        self._again: set[K] = set()
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._delays: dict[K, float] = {}
        self._closed = False

    def add(self, key: K) -> None:
        """Run the work for `key` now, or again when it is running."""
        if self._closed:
            return
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if key in self._tasks:
            self._again.add(key)
            return
        self._tasks[key] = asyncio.create_task(self._run(key), name=f"work {key}")

    async def close(self) -> None:
        """End what runs."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: K) -> None:
        repeat = True
        try:
            async with self._slots:
                repeat = await self._work(key)
        except kube.ApiError as error:
            _log.info("%s: %s", key, error)
        finally:
            del self._tasks[key]
        if key in self._again:
            self._again.discard(key)
            self.add(key)
        elif repeat and not self._closed:
            delay = self._delays.get(key, FIRST_DELAY)
            self._delays[key] = min(2 * delay, LONGEST_DELAY)
            loop = asyncio.get_running_loop()
            self._timers[key] = loop.call_later(delay, self.add, key)
        else:
            self._delays.pop(key, None)
