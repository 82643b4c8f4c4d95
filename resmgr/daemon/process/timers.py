# SPDX-License-Identifier: Apache-2.0
"""Things that are done again and again, until they are stopped."""

import asyncio
from collections.abc import Callable


class Every:
    """Calls something every so many seconds; it must be quick and must not raise."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, do: Callable[[], None]
    ) -> None:
        """Begin at once; the first call comes after the first interval. 0 seconds: never."""
        self._loop = loop
        self._seconds = seconds
        self._do = do
        self._handle: asyncio.TimerHandle | None = None
        if seconds > 0:
            self._handle = loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._handle = self._loop.call_later(self._seconds, self._ring)
        self._do()

    def stop(self) -> None:
        """Call no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
