# SPDX-License-Identifier: Apache-2.0
"""Of answers that follow each other fast only the newest is read, so often at most.

Each of them tells everything that the one before it told, so what is not read is no loss: a client
that asks in a loop costs a copy each time, and reading at the same pace as one that asks slowly.
"""

from collections.abc import Callable
from typing import Final, Protocol

INTERVAL: Final = 0.25
"""Seconds between two readings."""


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""


class Loop(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float:
        """Seconds, from whenever."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        """Call it after so many seconds, and never before whoever runs now has ended."""


class Answer(Protocol):
    """An answer that can be read; exactly one of these methods is called."""

    @property
    def asked(self) -> int:
        """When it was asked for: the higher the later."""

    def read(self) -> None:
        """Read it."""

    def drop(self) -> None:
        """Forget it."""


class Newest:
    """Keeps the answer that was asked for last until it is time to read it."""

    __slots__ = ("_answer", "_due", "_interval", "_loop", "_timer")

    def __init__(self, loop: Loop, interval: float = INTERVAL) -> None:
        self._loop = loop
        self._interval = interval
        self._due = loop.time()
        self._answer: Answer | None = None
        self._timer: Timer | None = None

    def offer(self, answer: Answer) -> None:
        """Have an answer read later, unless one comes until then that was asked for later.

        Of two that were asked for at the same time the one that is offered later counts.
        """
        waiting = self._answer
        if waiting is not None:
            if waiting.asked > answer.asked:
                answer.drop()
                return
            waiting.drop()
        self._answer = answer
        if self._timer is None:
            delay = max(0.0, self._due - self._loop.time())
            self._timer = self._loop.call_later(delay, self.flush)

    def flush(self) -> None:
        """Read what waits now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        answer = self._answer
        if answer is not None:
            self._answer = None
            self._due = self._loop.time() + self._interval
            answer.read()
