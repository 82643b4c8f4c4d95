# SPDX-License-Identifier: Apache-2.0
"""The last decisions, with who they were about and why: bounded in number and in bytes.

Decisions are numbered from 1 on in the life of a daemon, so that who asks again gets each of them
once and hears how many were forgotten meanwhile.
"""

import asyncio
import collections
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...model import Container

MOST = 1000
MOST_BYTES = 384 * 1024
"""Of all decisions that are kept, roughly; each costs some beside its text."""

LONGEST = 2000
"""Characters of the text of one decision."""

REFUSED = "refused: "
"""What the text of a refusal begins with."""

_BESIDE = 300

MOST_CONTAINERS = 1024
"""Of whom the last decisions are kept however long ago they were."""

_MOST_OF_ONE = 3
_TOGETHER = 1.0
"""Seconds within which decisions about a container are told together."""

MOST_REFUSED = 16
"""Containers that are remembered as they were asked for though they were refused."""

MOST_WAITING = 16
"""Who may wait for the next decision at once."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `when` in seconds since the epoch, `container` by its cache id."""

    number: int
    when: float
    container: str
    title: str
    text: str
    level: str

    def document(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "seq": self.number,
            "time": moment(self.when),
            "container": self.title,
            "cacheID": self.container,
            "level": self.level,
            "text": self.text,
        }


def moment(seconds: float) -> str:
    """Give seconds since the epoch as RFC 3339 has them, in UTC."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds * 1000) % 1000:03}Z"


class Decisions:
    """What was decided lately, and of each container what was decided last, however long ago."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Begin with nothing; `now` gives seconds since the epoch."""
        self._now = now
        self._kept: collections.deque[Decision] = collections.deque()
        self._bytes = 0
        self._last: dict[str, tuple[Decision, ...]] = {}
        self._number = 0
        self.refused: dict[str, Container] = {}
        """Containers that were refused lately by cache id; whoever knows better asks the engine."""

        self._waiting: set[asyncio.Future[None]] = set()

    def add(self, container: str, title: str, text: str, *, level: str) -> None:
        """Keep a decision, and forget the oldest where there are too many."""
        self._number += 1
        one = Decision(self._number, self._now(), container, title, text[:LONGEST], level)
        self._kept.append(one)
        self._remember(one)
        self._bytes += _size(one)
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= _size(self._kept.popleft())
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def refuse(self, container: Container) -> None:
        """Remember a container that was refused, and forget the one that was longest ago."""
        self.refused.pop(container.cache_id, None)
        self.refused[container.cache_id] = container
        if len(self.refused) > MOST_REFUSED:
            del self.refused[next(iter(self.refused))]

    def _remember(self, one: Decision) -> None:
        former = self._last.pop(one.container, ())
        if former and former[-1].when < one.when - _TOGETHER:
            former = ()
        self._last[one.container] = (*former, one)[-_MOST_OF_ONE:]
        if len(self._last) > MOST_CONTAINERS:
            del self._last[next(iter(self._last))]

    @property
    def number(self) -> int:
        """The number of the last decision; 0 before the first one."""
        return self._number

    def about(self, container: str) -> tuple[Decision, ...]:
        """Give what is kept of a container, the oldest first."""
        found = tuple(one for one in self._kept if one.container == container)
        older = self._last.get(container, ())
        return (*(one for one in older if not found or one.number < found[0].number), *found)

    def refusals(self) -> Iterator[Decision]:
        """Give refusals after which nothing was decided about the same container."""
        last = (kept[-1] for kept in self._last.values())
        return (one for one in last if one.text.startswith(REFUSED))

    def since(self, number: int) -> Iterator[Decision]:
        """Give what is kept of what came after a number."""
        return (one for one in self._kept if one.number > number)

    def document(self, number: int) -> Mapping[str, Any]:
        """Give what came after a number, what to ask for next, and how much of it is forgotten.

        A number that is yet to come is that of a daemon before this one: all is new then.
        """
        number = number if 0 <= number <= self._number else 0
        first = self._kept[0].number if self._kept else self._number + 1
        return {
            "decisions": [one.document() for one in self.since(number)],
            "next": self._number,
            "lost": max(0, first - number - 1),
        }

    async def after(self, number: int, seconds: float) -> None:
        """Wait until there is a decision after a number, but only so long.

        Where many wait already there is no waiting.
        """
        if number != self._number or len(self._waiting) >= MOST_WAITING:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(future)


def _size(one: Decision) -> int:
    return _BESIDE + len(one.text) + len(one.title) + len(one.container)
