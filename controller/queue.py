# SPDX-License-Identifier: Apache-2.0
"""One queue for all objects: an object is worked on once at a time, many objects side by side.

A key that is added again while it is worked on runs once more afterwards. A key that has to
wait, for a back-off or for something to happen, stands in a timer and holds no worker; adding
it cuts the wait short.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

Key = tuple[str, str]
"""Namespace and name of an object."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 300.0
"""Seconds before the first and at most before any further try of an object that failed."""


@dataclass(frozen=True, slots=True)
class Again:
    """Work on the object again after `seconds`, or when it is added; not a failure."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Work on the object again after a back-off, at the earliest after `at_least` seconds."""

    at_least: float = 0.0


Result = Again | Failed | None


class Handle(Protocol):
    """A timer that can be called off."""

    def cancel(self) -> None:
        """Call it off."""


class Observer(Protocol):
    """Who counts what the queue does; see `controller.metrics`."""

    def added(self, depth: int) -> None:
        """A key was added; `depth` keys wait for a worker."""

    def started(self, waited: float, active: int, depth: int) -> None:
        """A worker took a key that had waited so many seconds; `active` workers are busy."""

    def ended(self, took: float, result: str, active: int) -> None:
        """A worker is done after so many seconds: `success`, `requeue` or `error`."""


class Silent:
    """An observer that counts nothing."""

    def added(self, depth: int) -> None:
        """Ignore it."""

    def started(self, waited: float, active: int, depth: int) -> None:
        """Ignore it."""

    def ended(self, took: float, result: str, active: int) -> None:
        """Ignore it."""


class Queue:
    """Runs `work` for each added key; see the module.

    `work` must not raise: an exception ends the queue and is raised by `run`. `clock` gives
    monotonic seconds and `later` starts a timer; both are the event loop's unless a test
    gives others.
    """

    def __init__(
        self,
        work: Callable[[Key], Awaitable[Result]],
        *,
        workers: int,
        clock: Callable[[], float],
        later: Callable[[float, Callable[[], None]], Handle],
        observer: Observer | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Prepare a queue with so many workers; nothing runs before `run`."""
        self._work = work
        self._workers = workers
        self._clock = clock
        self._later = later
        self._observer = observer or Silent()
        self._rng = rng or random.Random()  # noqa: S311 - it spreads load, it keeps no secret
        self._pending: deque[Key] = deque()
        self._added_at: dict[Key, float] = {}
        self._active: set[Key] = set()
        self._dirty: set[Key] = set()
        self._timers: dict[Key, Handle] = {}
        self._failures: dict[Key, int] = {}
        self._wake = asyncio.Event()

    def add(self, key: Key) -> None:
        """Ask for work on `key` as soon as a worker is free."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if key in self._active:
            self._dirty.add(key)
        elif key not in self._added_at:
            self._added_at[key] = self._clock()
            self._pending.append(key)
            self._observer.added(len(self._pending))
            self._wake.set()

    def add_after(self, key: Key, seconds: float) -> None:
        """Ask for work on `key` in so many seconds, unless it is asked for sooner."""
        if key in self._added_at or key in self._dirty:
            return
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        self._timers[key] = self._later(seconds, lambda: self._due(key))

    def waits(self, key: Key) -> bool:
        """Tell whether `key` stands in a timer."""
        return key in self._timers

    def forget(self, key: Key) -> None:
        """Drop the timer and the failures of an object that has gone."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        self._failures.pop(key, None)
        self._dirty.discard(key)

    async def run(self) -> None:
        """Work until cancelled; what is being worked on is cancelled too."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._workers):
                group.create_task(self._worker(), name=f"worker-{number}")

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.add(key)

    async def _worker(self) -> None:
        while True:
            while not self._pending:
                self._wake.clear()
                await self._wake.wait()
            await self._one(self._pending.popleft())

    async def _one(self, key: Key) -> None:
        began = self._clock()
        waited = began - self._added_at.pop(key)
        self._active.add(key)
        self._observer.started(waited, len(self._active), len(self._pending))
        result: Result = None
        word = "error"
        try:
            result = await self._work(key)
            word = {Again: "requeue", Failed: "error"}.get(type(result), "success")
        finally:
            self._active.discard(key)
            self._observer.ended(self._clock() - began, word, len(self._active))
        self._plan_next(key, result)

    def _plan_next(self, key: Key, result: Result) -> None:
        if isinstance(result, Failed):
            failures = self._failures.get(key, 0)
            self._failures[key] = failures + 1
        else:
            failures = 0
            self._failures.pop(key, None)
        if key in self._dirty and not isinstance(result, Failed):
            self._dirty.discard(key)
            self.add(key)
        elif isinstance(result, Again):
            self.add_after(key, result.seconds)
        elif isinstance(result, Failed):
            # News while it failed may be what helps, so the pause is as short as the first.
            pause = self._pause(0 if key in self._dirty else failures)
            self._dirty.discard(key)
            self.add_after(key, max(result.at_least, pause))

    def _pause(self, failures: int) -> float:
        """Double with each failure up to the longest, less a random part of up to a half."""
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 20))
        return longest * self._rng.uniform(0.5, 1.0)
