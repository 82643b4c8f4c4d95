# SPDX-License-Identifier: Apache-2.0
"""The followers with a real store and queue, and a note of all that they tell."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from unit.controller import api_server, objects

from controller import (
    follow,
    operator_configs,
    queue,
    store,
)


class Scene:
    """The followers with a real store and queue, and a note of all that they tell."""

    def __init__(self) -> None:
        self.worked: list[queue.Key] = []
        self.health: list[str] = []
        self.clusters: list[str] = []
        self.offered: list[bool] = []
        self.looked: list[store.Key] = []
        self._news = asyncio.Event()
        self.known = store.Store()
        self.configs = operator_configs.OperatorConfigs()
        loop = asyncio.get_running_loop()
        self.queue = queue.Queue(self._work, workers=1, clock=loop.time, later=loop.call_later)
        self.followers = self.make()

    def make(self, *, ignore: bool = False) -> follow.Followers:
        """Make the followers."""
        return follow.Followers(
            self.known,
            self.queue,
            health=self._note(self.health),
            read_cluster=self._note(self.clusters),
            configs=self.configs,
            configs_offered=self._note(self.offered),
            look=self._note(self.looked),
            ignore_operation_annotation=ignore,
        )

    def _note(self, to: list[Any]) -> Callable[[Any], None]:
        def note(what: Any) -> None:
            to.append(what)
            self._news.set()

        return note

    async def _work(self, key: queue.Key) -> queue.Result:
        self._note(self.worked)(key)
        return None

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at after all that is told."""
        async with asyncio.timeout(api_server.DEADLINE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def event(self, kind: str | None = "MODIFIED", **facts: Any) -> None:
        """Deliver an event of an Extension and let the queue work."""
        self.followers.extension(kind, objects.extension(**facts))
        await settle()

    @contextlib.asynccontextmanager
    async def following(self, watch: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Follow something while the test goes on."""
        task = asyncio.get_running_loop().create_task(watch)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)
