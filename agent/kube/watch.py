# SPDX-License-Identifier: Apache-2.0
"""Follows a list as it changes: list, watch from there, list anew when that is too old.

A list always ends with `Synced`, which names all that is there: only then is something that is
missing known not to exist. While the server is away nothing is said of the objects at all.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from ..net import pauses
from . import client, errors

_LOG = logging.getLogger("watch")

PAGE: Final = "200"
"""Objects a page of a list."""

SHORTEST, LONGEST = 1800, 3600
"""Seconds until the server ends a watch: spread, so that nodes that began together part."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two tries to reach the server."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object is there, or has changed."""

    obj: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """An object has gone; this is its last state."""

    obj: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Synced:
    """A list is complete: exactly these names are there."""

    names: frozenset[str]


Event = Seen | Removed | Synced


class _Following:
    """One list: what it is narrowed to, and up to where it was seen; no version: list anew."""

    def __init__(
        self, api: client.Client, path: str, chance: Callable[[], float], name: str
    ) -> None:
        self.version = ""
        self._api = api
        self._path = path
        self._chance = chance
        self._selected = {"fieldSelector": f"metadata.name={name}"} if name else {}

    async def listed(self) -> AsyncIterator[Event]:
        """Tell of all that is there. Raises `errors.ApiError`."""
        names: set[str] = set()
        token = newest = ""
        while token or not newest:
            more = {"continue": token} if token else {}
            params = {**self._selected, "limit": PAGE, **more}
            page = await self._api.request("GET", self._path, params=params)
            newest = page["metadata"]["resourceVersion"]
            token = page["metadata"].get("continue", "")
            for obj in page.get("items") or []:
                names.add(obj["metadata"]["name"])
                yield Seen(obj)
        # Only a complete list is one to go on from.
        self.version = newest
        yield Synced(frozenset(names))

    async def changed(self) -> AsyncIterator[Event | None]:
        """Tell of each change until the server ends the watch; None for a mark of progress.

        Raises `errors.ApiError`.
        """
        params = {
            **self._selected,
            "watch": "1",
            "resourceVersion": self.version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(round(SHORTEST + (LONGEST - SHORTEST) * self._chance())),
        }
        async for event in self._api.watch(self._path, params):
            obj = event["object"]
            if event["type"] == "ERROR":
                raise errors.of_status(obj.get("code", 500), obj, f"watch {self._path}")
            self.version = obj["metadata"]["resourceVersion"]
            if event["type"] == "BOOKMARK":
                yield None
            else:
                yield Removed(obj) if event["type"] == "DELETED" else Seen(obj)


async def follow(
    api: client.Client,
    path: str,
    chance: Callable[[], float],
    *,
    name: str = "",
    ended: Callable[[str], object] = lambda _reason: None,
) -> AsyncGenerator[Event, None]:
    """Tell what is there and then each change, for ever; with `name` of one object only.

    Errors are logged and tried again, never raised. `ended` is told why a watch is begun anew:
    `timeout`, `expired` or `failed`.
    """
    following = _Following(api, path, chance, name)
    waits = pauses.Pauses(chance, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    told = ""
    while True:
        try:
            if not following.version:
                async for event in following.listed():
                    yield event
            told = ""
            async for change in following.changed():
                waits.after_success()
                if change is not None:
                    yield change
            ended("timeout")
            # A server that ends each watch at once must not be asked without a pause.
            await asyncio.sleep(FIRST_PAUSE * chance())
        except errors.Gone:
            ended("expired")
            following.version = ""
            await asyncio.sleep(waits.after_failure())
        except errors.ApiError as error:
            ended("failed")
            if str(error) != told:
                told = str(error)
                _LOG.warning("%s; it is tried again, what was known stays", error)
            await asyncio.sleep(max(waits.after_failure(), error.retry_after))
