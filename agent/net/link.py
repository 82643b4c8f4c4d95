# SPDX-License-Identifier: Apache-2.0
"""One connection: received bytes become events, what is to be said is written.

A peer that has been silent for a while is pinged; one that does not answer is gone. So a connection
that a firewall has dropped is noticed within a minute.
"""

import asyncio
import typing
from collections.abc import Callable
from typing import Final

from resmgr.wire import connection, events, limits

INTERVAL: Final = 30.0
"""Seconds between two looks at a connection."""

_PING: Final = b"are you?"
_WRITE_BUFFER: Final = 256 * 1024


class Link(asyncio.Protocol):
    """A connection of `wire` on a transport; subclasses say what events mean."""

    def __init__(self, *, client: bool, bounds: limits.Limits = connection.DEFAULT_LIMITS) -> None:
        """Begin without a transport; needs a running loop."""
        self.connection = connection.Connection(client=client, bounds=bounds)
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self.ended: list[Callable[[], object]] = []
        """Called once when the connection is gone."""

        self._heard = True
        self._asked = False
        self._timer: asyncio.TimerHandle | None = None

    # -- What a subclass says -----------------------------------------------------------------

    def handle(self, event: events.Event) -> None:
        """Do what an event asks for."""
        raise NotImplementedError

    def lost(self, why: str) -> None:
        """The connection is gone; called once."""
        raise NotImplementedError

    @property
    def finished(self) -> bool:
        """Whether the connection has done its work and can be closed."""
        return False

    # -- asyncio.Protocol ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        made = typing.cast("asyncio.Transport", transport)
        self.transport = made
        made.set_write_buffer_limits(high=_WRITE_BUFFER)
        self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._tick)
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._heard = True
        failure = ""
        for event in self.connection.receive(data):
            if isinstance(event, events.ConnectionFailed):
                failure = f"HTTP/2 was broken: {event.message}"
            else:
                self.handle(event)
        self.flush()
        if failure:
            self._end(failure)

    def eof_received(self) -> bool:
        """Close: HTTP/2 has no connections that are open on one side."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        self._end(str(exc) if exc else "the connection was closed")

    def pause_writing(self) -> None:
        """Hold back content: the transport has enough."""
        self.connection.pause()

    def resume_writing(self) -> None:
        """Go on."""
        self.connection.resume()
        self.flush()

    # -- Writing ------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what was said, as far as windows allow."""
        transport = self.transport
        if transport is None or self.closed:
            return
        while True:
            out = self.connection.fetch()
            if out:
                transport.write(b"".join(out))
            if not self.connection.backlog:
                break
            for event in self.connection.pump():
                self.handle(event)
        if self.connection.failed or self.finished:
            transport.close()

    def abort(self, why: str) -> None:
        """End it at once."""
        if self.transport is not None:
            self.transport.abort()
        self._end(why)

    def tick(self) -> None:
        """Look at the connection: one interval has passed."""
        if not self._heard:
            if self._asked:
                self.abort(f"nothing was heard for {INTERVAL:.0f} seconds")
                return
            self._asked = True
            self.connection.ping(_PING)
            self.flush()
        else:
            self._heard = self._asked = False
        self.connection.forgive()

    def _tick(self) -> None:
        self.tick()
        if not self.closed:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._tick)

    def _end(self, why: str) -> None:
        if self.closed:
            return
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.lost(why)
        for told in self.ended:
            told()
