# SPDX-License-Identifier: Apache-2.0
"""What people and tools may see of the daemon while it runs, and where it is served."""

import asyncio

from ..engine.engine import Engine
from . import gather, pages, reconfigure, show, timers
from .numbers import Numbers
from .prepare import Prepared


class Insight:
    """The daemon's pages; `start` serves them, `stop` ends that."""

    def __init__(
        self,
        prepared: Prepared,
        engine: Engine,
        numbers: Numbers,
        source: reconfigure.Reconfigurer,
    ) -> None:
        """Take what is seen; `source` tells where pages are wanted."""
        self._options = prepared.options
        self._source = source
        self._timers: list[timers.Every] = []
        self._pages = pages.Pages(
            gather.make(numbers, prepared.options, engine).page,
            lambda: show.page(engine, prepared.machine),
            ui=not prepared.options.disable_ui,
        )

    async def start(self) -> None:
        """Serve pages where the configuration wants them, now and whenever it changes."""
        made = self._pages
        self._source.followers.append(lambda new: made.follow(new.instrumentation))
        made.follow(self._source.current.instrumentation)
        await made.settled()
        if interval := self._options.metrics_interval:
            made.take_snapshot()
            loop = asyncio.get_running_loop()
            self._timers.append(timers.Every(loop, interval, made.take_snapshot))

    async def settled(self) -> None:
        """Wait until pages are served where they should be, or it is known that they cannot be."""
        await self._pages.settled()

    async def stop(self) -> None:
        """Serve no more."""
        for timer in self._timers:
            timer.stop()
        await self._pages.stop()

    @property
    def ports(self) -> list[int]:
        """The ports of its HTTP pages."""
        return self._pages.ports
