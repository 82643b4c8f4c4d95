# SPDX-License-Identifier: Apache-2.0
"""Reads along: a copy of a call that is forwarded untouched, handed over after its end.

Nothing of it delays or changes the call. Messages over the limit, those that cannot be read and
those of streams are left out. A copy is put together when somebody looks at it: of many calls that
follow each other fast not every one may be looked at.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Final

from ..wire import fields, pieces
from ..wire.grpc import codes, encodings, messages, statuses

LARGEST_COPIES: Final = 64 * 1024 * 1024
"""Bytes of all copies together, so that many large calls at once cost no more memory than this."""

_LARGEST: Final = messages.LARGEST + messages.PREFIX_LENGTH


@dataclasses.dataclass(frozen=True, slots=True)
class Observed:
    """A call that has ended. Messages are None where they were left out or never came."""

    method: str
    request: bytes | None
    response: bytes | None
    status: statuses.Status
    seconds: float


Observer = Callable[[Observed], None]
"""Told of a call after its end. It must not raise and should be quick."""

Taker = Callable[["Recorder"], None]
"""Given the record of a call at its end, before the end of the answer is written: it looks at it
later. It must not raise, and calls either `Recorder.observed` or `Recorder.drop`."""

Watch = Callable[[bytes], Taker | None]
"""Asked with a call's path when it begins: who takes its record, if anybody. It must not raise."""


class Budget:
    """How much may be copied at a time, over all calls."""

    __slots__ = ("_left",)

    def __init__(self, size: int = LARGEST_COPIES) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Take so many bytes, if there are as many."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give(self, size: int) -> None:
        """Give bytes back."""
        self._left += size


class _Copy:
    """The one message of a direction, as the content came."""

    __slots__ = ("_broken", "_budget", "_chunks", "_size")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._chunks: list[memoryview] = []
        self._size = 0
        self._broken = False

    def add(self, data: memoryview) -> None:
        if self._broken:
            return
        size = len(data)
        if self._size + size > _LARGEST or not self._budget.take(size):
            self.drop()
            self._broken = True
            return
        self._size += size
        pieces.add(self._chunks, data)

    def drop(self) -> None:
        self._budget.give(self._size)
        self._size = 0
        self._chunks.clear()

    @property
    def held(self) -> bool:
        """Whether there is anything, and nothing of it was left out."""
        return self._size > 0 and not self._broken

    def message(self, encoding: bytes) -> bytes | None:
        """The message, if there was exactly one and it can be read."""
        whole = b"".join(self._chunks)
        try:
            compressed, message = messages.only(whole)
            return encodings.decompress(message, encoding) if compressed else message
        except (ValueError, encodings.UnreadableError):
            return None


class Recorder:
    """Collects what one call says, and is given to whoever takes it when the call is over."""

    __slots__ = (
        "_encodings",
        "_loop",
        "_path",
        "_request",
        "_response",
        "_seconds",
        "_started",
        "_status",
        "_taker",
    )

    def __init__(
        self,
        head: fields.Block,
        taker: Taker,
        budget: Budget,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._path = head.get(b":path") or b""
        self._taker = taker
        self._loop = loop
        self._status = statuses.OK
        self._seconds = 0.0
        self._encodings = [encodings.of_block(head), encodings.IDENTITY]
        self._started = loop.time()
        self._request = _Copy(budget)
        self._response = _Copy(budget)

    def request(self, data: memoryview) -> None:
        """Content on its way to the runtime."""
        self._request.add(data)

    def response_head(self, head: fields.Block) -> None:
        """The head of the response, which tells how its message is compressed."""
        self._encodings[1] = encodings.of_block(head)

    def response(self, data: memoryview) -> None:
        """Content on its way to the client."""
        self._response.add(data)

    def ended(self, status: statuses.Status) -> None:
        """The call is over."""
        self._status = status
        self._seconds = self._loop.time() - self._started
        self._taker(self)

    # -- For whoever takes it -----------------------------------------------------------------

    @property
    def request_message(self) -> bytes | None:
        """The request, before anything is decided about the rest."""
        return self._request.message(self._encodings[0])

    @property
    def answered(self) -> bool:
        """Whether the call went well, and there is an answer to look at."""
        return self._status.code is codes.Code.OK and self._response.held

    def observed(self) -> Observed:
        """All of it; its copies are given back."""
        found = Observed(
            method=self._path.decode("ascii", "replace"),
            request=self._request.message(self._encodings[0]),
            response=self._response.message(self._encodings[1]),
            status=self._status,
            seconds=self._seconds,
        )
        self.drop()
        return found

    def drop(self) -> None:
        """Forget it."""
        self._request.drop()
        self._response.drop()


def soon(observer: Observer, loop: asyncio.AbstractEventLoop) -> Taker:
    """Tell an observer of each call, after its answer has been written."""

    def tell(record: Recorder) -> None:
        observer(record.observed())

    def take(record: Recorder) -> None:
        loop.call_soon(tell, record)

    return take
