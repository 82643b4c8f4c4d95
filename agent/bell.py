# SPDX-License-Identifier: Apache-2.0
"""Tells everybody who waits that something has changed; what has, each sees for himself."""

import asyncio
from collections.abc import Callable


class Bell:
    """Rings; whoever listens has an event of his own."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: list[Listener] = []

    def listener(self, clock: Callable[[], float]) -> "Listener":
        """Give an ear, which hears what rings from now on; `clock` is the loop's."""
        made = Listener(clock)
        self._listeners.append(made)
        return made

    def ring(self) -> None:
        """Tell all."""
        for one in self._listeners:
            one.heard.set()


class Listener:
    """One who waits."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Look once at the beginning."""
        self.heard = asyncio.Event()
        self.heard.set()
        self._clock = clock

    async def wait(self, until: float | None = None) -> None:
        """Wait for a ring, but not longer than until a time in the clock's seconds."""
        try:
            async with asyncio.timeout(None if until is None else max(0.0, until - self._clock())):
                await self.heard.wait()
        except TimeoutError:
            pass
        self.heard.clear()
