# SPDX-License-Identifier: Apache-2.0
"""A connection of `wire` on a transport of asyncio: what both sides of the relay have in common."""

import asyncio
import typing
from typing import Final

from ..wire import codes, connection, events
from . import turn

_WRITE_BUFFER: Final = 256 * 1024
"""Bytes that wait in a transport before DATA is held back."""

_FAREWELL: Final = 1.0
"""Seconds that a peer has for closing a connection that has ended."""


class Link(asyncio.BufferedProtocol):
    """Gives received bytes to the connection, its events to a subclass, and writes its output."""

    reads_always = True
    """Whether the peer is read even while it does not read what we say."""

    def __init__(self, conn: connection.Connection, turns: turn.Turn) -> None:
        self.connection = conn
        self.turn = turns
        self.dirty = False
        self.closed = False
        self.transport: asyncio.Transport | None = None
        self._unread = False
        self._leaving = False

    def touch(self) -> None:
        """Have what was said written at the end of the turn."""
        if not self.dirty:
            self.turn.add(self)

    # -- What a subclass tells ----------------------------------------------------------------

    def handle(self, event: events.Event) -> None:
        """Do what an event asks for."""
        raise NotImplementedError

    def lost(self, message: str) -> None:
        """The connection is gone; called once."""
        raise NotImplementedError

    # -- asyncio.BufferedProtocol -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection: introduce ourselves."""
        # asyncio's types are wider than what a stream socket gets; uvloop has classes of its own.
        made = typing.cast("asyncio.Transport", transport)
        self.transport = made
        made.set_write_buffer_limits(high=_WRITE_BUFFER)
        self.touch()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # a hint
        """Where to put what comes: a buffer of its own for each read would fragment the memory."""
        return self.turn.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come: everything that follows from them is one turn."""
        self.turn.begin()
        try:
            handle = self.handle
            for event in self.connection.receive(self.turn.buffer[:nbytes]):
                handle(event)
            self.touch()
        finally:
            self.turn.end()

    def eof_received(self) -> bool:
        """Nothing more will come: HTTP/2 has no half-closed connections."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if not self.closed:
            self.closed = True
            self.lost(str(exc) if exc else "connection closed")

    def pause_writing(self) -> None:
        """The transport has enough."""
        self.connection.pause()

    def resume_writing(self) -> None:
        """The transport takes more."""
        self.connection.resume()
        if self._unread and self.transport is not None:
            self._unread = False
            self.transport.resume_reading()
        self.touch()

    # -- Writing ------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what the connection has collected, and what its windows allow."""
        transport = self.transport
        if transport is None or self.closed:
            return
        conn = self.connection
        if self._leaving:
            # The peer may still write; answers to that cannot be sent any more.
            conn.fetch()
            return
        while True:
            out = conn.fetch()
            if out:
                transport.write(b"".join(out))
            if not conn.backlog:
                break
            for event in conn.pump():
                self.handle(event)
        if not self.reads_always and conn.choked and not self._unread:
            self._unread = True
            transport.pause_reading()
        if (conn.failed or self.finished) and not self._leaving:
            self._leave(transport)

    def _leave(self, transport: asyncio.Transport) -> None:
        """Say that nothing more comes, and wait a little for the other side to go.

        Closing while it still writes could take the GOAWAY away from it.
        """
        self._leaving = True
        transport.write_eof()
        asyncio.get_running_loop().call_later(_FAREWELL, transport.abort)

    @property
    def finished(self) -> bool:
        """Whether the connection has done its work and can be closed."""
        return False

    def give_up(self, code: codes.ErrorCode, message: str) -> None:
        """End the connection at once, with a GOAWAY."""
        self.connection.give_up(code, message)
        self.touch()
