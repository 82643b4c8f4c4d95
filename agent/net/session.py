# SPDX-License-Identifier: Apache-2.0
"""A client's connection: requests, each a stream that is read as it comes."""

import asyncio
import collections
import dataclasses
from collections.abc import AsyncIterator
from typing import Final, Self

from resmgr.wire import codes, connection, events, fields

from . import link

BOUNDS: Final = dataclasses.replace(connection.DEFAULT_LIMITS, stream_window=256 * 1024)


class Broken(Exception):
    """A request has no answer: the connection was lost, or the stream was ended by the server.

    `unseen`: the server has not begun with it, so that asking again is safe (RFC 9113, section
    8.7).
    """

    def __init__(self, message: str, *, unseen: bool = False) -> None:
        super().__init__(message)
        self.unseen = unseen


class Stream:
    """One request and its answer; leave it by `async with`, so that it ends in any case."""

    def __init__(self, session: "Session", number: int) -> None:
        """Wait for the head."""
        self._session = session
        self._number = number
        self._head: fields.Block | None = None
        self._parts: collections.deque[bytes] = collections.deque()
        self._wake = asyncio.Event()
        self._broken: Broken | None = None
        self._over = False
        self.trailers: fields.Block | None = None

    async def __aenter__(self) -> Self:
        """Give the stream itself."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Let the server know if nobody reads on."""
        self._session.leave(self._number, over=self._over)

    async def head(self) -> fields.Block:
        """Wait for the head of the answer. Raises `Broken`."""
        while self._head is None:
            await self._more()
        return self._head

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the content as it comes, to its end. Raises `Broken`."""
        while True:
            while self._parts:
                part = self._parts.popleft()
                self._session.took(self._number, len(part))
                yield part
            if self._over:
                return
            await self._more()

    async def content(self, most: int) -> bytes:
        """Give the content as a whole. Raises `Broken`, also for more than `most` bytes."""
        whole = bytearray()
        async for part in self.parts():
            whole += part
            if len(whole) > most:
                raise Broken(f"the answer is longer than {most} bytes")
        return bytes(whole)

    async def _more(self) -> None:
        if self._broken is not None:
            raise self._broken
        await self._wake.wait()
        self._wake.clear()

    # -- What the session tells ---------------------------------------------------------------

    def receive(self, event: events.Event) -> None:
        """Take an event of this stream."""
        match event:
            case events.HeadersReceived(_, block, end):
                self._head, self._over = block, end
            case events.DataReceived(_, data, end):
                self._parts.append(bytes(data))
                self._over = end
            case events.TrailersReceived(_, block):
                self.trailers, self._over = block, True
            case events.StreamReset(_, code, message):
                name = codes.name_of(code)
                text = f"the request was cut off ({name})"
                unseen = code == codes.ErrorCode.REFUSED_STREAM and self._head is None
                self.fail(Broken(f"{text}: {message}" if message else text, unseen=unseen))
            case _:
                return
        self._wake.set()

    def fail(self, broken: Broken) -> None:
        """Take that there is no answer, unless all of it has come."""
        if not self._over:
            self._broken = broken
        self._wake.set()


class Session(link.Link):
    """One connection to a server."""

    def __init__(self) -> None:
        """Connect by giving it to a loop."""
        super().__init__(client=True, bounds=BOUNDS)
        self._streams: dict[int, Stream] = {}
        self._room = asyncio.Event()

    @property
    def usable(self) -> bool:
        """Whether requests can still be made."""
        return not self.closed and not self.connection.exhausted

    @property
    def finished(self) -> bool:
        """Whether the server takes no more and has answered all."""
        return self.connection.exhausted and not self._streams

    async def request(self, block: fields.Block, body: bytes = b"") -> Stream:
        """Send a request. Raises `Broken` where there is no connection any more."""
        while not self.connection.can_open:
            if not self.usable:
                raise Broken("the connection was lost", unseen=True)
            self._room.clear()
            await self._room.wait()
        if self.closed:
            raise Broken("the connection was lost", unseen=True)
        number = self.connection.request(block, end_stream=not body)
        stream = self._streams[number] = Stream(self, number)
        if body:
            self.connection.data(number, memoryview(body), end_stream=True)
        self.flush()
        return stream

    def took(self, number: int, size: int) -> None:
        """Let the server send as much again."""
        self.connection.consumed(number, size)
        self.flush()

    def leave(self, number: int, *, over: bool) -> None:
        """Forget a stream; one that is not over is reset."""
        if self._streams.pop(number, None) is not None and not over:
            self.connection.reset(number, codes.ErrorCode.CANCEL)
        self._room.set()
        self.flush()

    def handle(self, event: events.Event) -> None:
        """Give an event to its stream."""
        stream = self._streams.get(getattr(event, "stream_id", 0))
        if stream is not None:
            stream.receive(event)
        elif isinstance(event, events.GoAwayReceived | events.SettingsReceived):
            self._room.set()

    def lost(self, why: str) -> None:
        """Tell all that wait."""
        for stream in self._streams.values():
            stream.fail(Broken(why))
        self._room.set()
