# SPDX-License-Identifier: Apache-2.0
"""A clock and timers that only a test moves, and work that ends when the test says so."""

import asyncio
import collections
import contextlib
import random
from collections.abc import AsyncIterator, Callable

from controller import queue

ROUNDS = 20
"""Turns of the event loop after which all that can run has run: workers take one or two each."""


class Timers:
    """A clock that stands still until it is moved, and timers that go off when it is."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[Timer] = []

    def clock(self) -> float:
        """Give the time."""
        return self.now

    def later(self, seconds: float, call: Callable[[], None]) -> "Timer":
        """Start a timer."""
        timer = Timer(self.now + seconds, call)
        self._timers.append(timer)
        return timer

    @property
    def waits(self) -> list[float]:
        """Give the seconds that the timers still have to go, shortest first."""
        return sorted(t.due - self.now for t in self._timers if not t.cancelled)

    def advance(self, seconds: float) -> None:
        """Move the clock; timers go off in order of their times."""
        end = self.now + seconds
        while due := [t for t in self._timers if not t.cancelled and t.due <= end]:
            timer = min(due, key=lambda t: t.due)
            self._timers.remove(timer)
            self.now = max(self.now, timer.due)
            timer.call()
        self.now = end


class Timer:
    """One timer."""

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due, self.call, self.cancelled = due, call, False

    def cancel(self) -> None:
        """Call it off."""
        self.cancelled = True


class Work:
    """Work that ends only when the test says so, and that notes what it is called for."""

    def __init__(self) -> None:
        self.begun: list[queue.Key] = []
        self.active: collections.Counter[queue.Key] = collections.Counter()
        self.most = 0
        self._ends: dict[queue.Key, asyncio.Future[queue.Result]] = {}

    async def __call__(self, key: queue.Key) -> queue.Result:
        """Work until `end`."""
        self.begun.append(key)
        self.active[key] += 1
        self.most = max(self.most, self.active.total())
        self._ends[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._ends[key]
        finally:
            self.active[key] -= 1

    def end(self, key: queue.Key, result: queue.Result = None) -> None:
        """End the work on `key`."""
        self._ends.pop(key).set_result(result)

    def at_work(self) -> list[queue.Key]:
        """Give the keys that are worked on."""
        return sorted(self._ends)

    async def once(self, subject: queue.Queue, key: queue.Key, result: queue.Result = None) -> None:
        """Add an object, and let its work begin and end with a result."""
        subject.add(key)
        await settle()
        self.end(key, result)
        await settle()


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def running(work: Work, timers: Timers, workers: int = 2) -> AsyncIterator[queue.Queue]:
    """Run a queue."""
    subject = queue.Queue(
        work,
        workers=workers,
        clock=timers.clock,
        later=timers.later,
        rng=random.Random(7),  # noqa: S311
    )
    task = asyncio.get_running_loop().create_task(subject.run())
    try:
        yield subject
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
