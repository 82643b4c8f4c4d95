# SPDX-License-Identifier: Apache-2.0
"""Reads along: a copy of a call that is forwarded untouched, handed over after its end.

Nothing of it delays or changes the call. Messages over the limit, those that cannot be read and
those of streams are left out.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Final

from ..wire import fields
from ..wire.grpc import encodings, messages, statuses

LARGEST_COPIES: Final = 64 * 1024 * 1024
"""Bytes of all copies together, so that many large calls at once cost no more memory than this."""


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

Watch = Callable[[bytes], Observer | None]
"""Asked with a call's path when it begins: who observes it, if anybody. It must not raise."""


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
    """The one message of a direction."""

    __slots__ = ("_broken", "_budget", "_chunks", "_size")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._chunks: list[bytes] = []
        self._size = 0
        self._broken = False

    def add(self, data: memoryview) -> None:
        if self._broken:
            return
        size = len(data)
        if self._size + size > messages.LARGEST + messages.PREFIX_LENGTH or not self._budget.take(
            size
        ):
            self.drop()
            self._broken = True
            return
        self._size += size
        self._chunks.append(bytes(data))

    def drop(self) -> None:
        self._budget.give(self._size)
        self._size = 0
        self._chunks.clear()

    def message(self, encoding: bytes) -> bytes | None:
        """The message, if there was exactly one and it can be read."""
        whole = b"".join(self._chunks)
        self.drop()
        try:
            found = list(messages.Reader().feed(whole))
            if len(found) != 1:
                return None
            compressed, message = found[0]
            return encodings.decompress(message, encoding) if compressed else message
        except (messages.TooLargeError, encodings.UnreadableError):
            return None


class Recorder:
    """Collects what one call says, and tells the observer after the answer has been written."""

    __slots__ = ("_encodings", "_loop", "_method", "_observer", "_request", "_response", "_started")

    def __init__(
        self,
        head: fields.Block,
        observer: Observer,
        budget: Budget,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._method = (head.get(b":path") or b"").decode("ascii", "replace")
        self._observer = observer
        self._loop = loop
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
        self._loop.call_soon(self._tell, status, self._loop.time() - self._started)

    def _tell(self, status: statuses.Status, seconds: float) -> None:
        observed = Observed(
            method=self._method,
            request=self._request.message(self._encodings[0]),
            response=self._response.message(self._encodings[1]),
            status=status,
            seconds=seconds,
        )
        self._observer(observed)
