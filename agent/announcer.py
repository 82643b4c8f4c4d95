# SPDX-License-Identifier: Apache-2.0
"""Makes Kubernetes Events of what there is to tell, one after the other, never too many."""

import collections
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from . import bell
from .core import book
from .core.announcements import Announcement, Tally, event
from .kube import errors, paths
from .net import pauses

_LOG = logging.getLogger("agent")

MOST: Final = 128
"""Announcements that wait; of more the oldest are lost."""

SPREAD: Final = 5.0
"""Seconds over which nodes spread what they have to tell of one change.

Nobody waits for it, as people do for the reports of the same change.
"""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class Api(Protocol):
    """Requests to the API server."""

    async def request(self, method: str, path: str, *, body: object = None) -> Mapping[str, Any]:
        """Send one. Raises `errors.ApiError`."""


class Announcer:
    """See the module; `unique` gives a text for a name, `today` Kubernetes' time."""

    def __init__(
        self,
        facts: book.Book,
        api: Api,
        rung: bell.Bell,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        today: Callable[[], str],
        unique: Callable[[], str],
    ) -> None:
        """Tell nothing yet."""
        self._book = facts
        self._api = api
        self._bell = rung
        self._clock = clock
        self._chance = chance
        self._today = today
        self._unique = unique
        self._tally = Tally(clock())
        self._waiting: collections.deque[tuple[Announcement, str]] = collections.deque(maxlen=MOST)
        self._due = float("-inf")
        """When what waits first is told."""

        self.results: collections.Counter[str] = collections.Counter()
        """Events that were `made`, that `failed`, and that were `dropped` for being too many."""

    def announce(self, one: Announcement) -> None:
        """Have something told, if it was not told lately."""
        before = self._tally.left_out
        admitted = self._tally.admit(one, self._clock())
        full = admitted and len(self._waiting) == MOST
        self.results["dropped"] += self._tally.left_out - before + full
        if admitted:
            if not self._waiting:
                self._due = self._clock() + SPREAD * self._chance()
            self._waiting.append((one, self._today()))
            self._bell.ring()

    async def run(self) -> None:
        """Tell what waits, for ever."""
        ear = self._bell.listener(self._clock)
        waits = pauses.Pauses(self._chance, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        until: float | None = None
        while True:
            await ear.wait(until)
            if until is not None and self._clock() < until:
                continue
            until = None
            if self._waiting and self._clock() < self._due:
                until = self._due
                continue
            owner = self._book.owner
            while self._waiting and owner is not None:
                one, today = self._waiting[0]
                name = f"{(one.pod.name if one.pod else owner.name)[:200]}.{self._unique()}"
                namespace, body = event(one, owner, name=name, now=today)
                try:
                    await self._api.request("POST", paths.events(namespace), body=body)
                except errors.Away as error:
                    until = self._clock() + max(waits.after_failure(), error.retry_after)
                    break
                except errors.ApiError as error:
                    self.results["failed"] += 1
                    _LOG.warning("cannot make an Event: %s", error)
                else:
                    self.results["made"] += 1
                waits.after_success()
                if self._waiting and self._waiting[0] == (one, today):
                    self._waiting.popleft()
