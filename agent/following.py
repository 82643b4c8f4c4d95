# SPDX-License-Identifier: Apache-2.0
"""Keeps the book up to date with the cluster: one watch for the Node, each ConfigMap, Adjustments.

When the Node changes its group, the watch of the former group's ConfigMap ends with it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from . import bell
from .core import book
from .kube import client, paths, watch


class Follower:
    """See the module; `clock` gives the loop's seconds."""

    def __init__(
        self,
        facts: book.Book,
        api: client.Client,
        rung: bell.Bell,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        """Follow nothing yet."""
        self._book = facts
        self._api = api
        self._bell = rung
        self._clock = clock
        self._chance = chance
        self.ended: Counter[tuple[str, ...]] = Counter()
        """Watches that ended, by resource and reason."""

    async def node(self, name: str) -> None:
        """Follow the Node, for ever."""
        ended = self._counter("nodes")
        seen = watch.follow(self._api, paths.NODES, self._chance, name=name, ended=ended)
        async for event in seen:
            match event:
                case watch.Seen(obj):
                    self._book.node_seen(obj, self._clock())
                case watch.Removed():
                    self._book.node_missing(self._clock())
                case watch.Synced(names) if name not in names:
                    self._book.node_missing(self._clock())
                case _:
                    continue
            self._bell.ring()

    async def config_maps(self, namespace: str, tasks: asyncio.TaskGroup) -> None:
        """Follow the ConfigMaps that may count, whichever they are, for ever."""
        ear = self._bell.listener(self._clock)
        running: dict[str, asyncio.Task[None]] = {}
        while True:
            wanted = self._book.followed
            for name in running.keys() - wanted:
                task = running.pop(name)
                task.cancel()
                await asyncio.wait({task})
            for name in wanted - running.keys():
                life = self._config_map(namespace, name)
                running[name] = tasks.create_task(life, name=f"ConfigMap {name}")
            await ear.wait()

    async def _config_map(self, namespace: str, name: str) -> None:
        path = paths.config_maps(namespace)
        ended = self._counter("configmaps")
        async for event in watch.follow(self._api, path, self._chance, name=name, ended=ended):
            match event:
                case watch.Seen(obj):
                    self._book.config_map_seen(obj, self._clock())
                case watch.Removed():
                    self._book.config_map_missing(name, self._clock())
                case watch.Synced(names) if name not in names:
                    self._book.config_map_missing(name, self._clock())
                case _:
                    continue
            self._bell.ring()

    async def adjustments(self, namespace: str) -> None:
        """Follow the Adjustments of a namespace, for ever."""
        path = paths.adjustments(namespace)
        ended = self._counter("adjustments")
        async for event in watch.follow(self._api, path, self._chance, ended=ended):
            match event:
                case watch.Seen(obj):
                    self._book.adjustment_seen(obj, self._clock())
                case watch.Removed(obj):
                    self._book.adjustment_gone(obj["metadata"]["name"], self._clock())
                case watch.Synced(names):
                    self._book.adjustments_synced(names, self._clock())
            self._bell.ring()

    def _counter(self, resource: str) -> Callable[[str], None]:
        def count(reason: str) -> None:
            self.ended[resource, reason] += 1

        return count
