# SPDX-License-Identifier: Apache-2.0
"""Accepts connections on a unix socket, and ends them without losing a call."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Final

from ..wire import codes
from . import downstream, sockets

_LOG = logging.getLogger("cri/server")

_INTERVAL: Final = 5.0
"""Seconds between two looks at all connections."""

MOST_CONNECTIONS: Final = 500
"""Over this one that has no calls makes room; a client dials again when it needs to."""


class Server:
    """A listening socket and its connections."""

    def __init__(
        self, path: str, shared: downstream.Shared, *, connections: int = MOST_CONNECTIONS
    ) -> None:
        self.path = path
        self._shared = shared
        self._most = connections
        self._loop = shared.loop
        self._links: dict[downstream.Downstream, None] = {}
        self._silent: set[downstream.Downstream] = set()
        self._server: asyncio.Server | None = None
        self._identity: tuple[int, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, listener: socket.socket | None = None) -> None:
        """Listen, on a socket that is there already or at the path.

        Raises `sockets.SocketError`.
        """
        if listener is None:
            listener = sockets.listen(self.path)
        self._identity = sockets.identity(self.path)
        self._server = await self._serve(listener)
        self._timer = self._loop.call_later(_INTERVAL, self._tick)

    async def _serve(self, listener: socket.socket) -> asyncio.Server:
        """Serve a socket that nobody but us removes.

        From Python 3.13 on a loop would, even one that is left for the next process, or the next
        process's own one where the file system uses a number of a file again.
        """
        serve: Callable[..., Awaitable[asyncio.Server]] = self._loop.create_unix_server
        try:
            return await serve(self._make, sock=listener, backlog=1024, cleanup_socket=False)
        except TypeError:
            return await serve(self._make, sock=listener, backlog=1024)

    async def stop(self, grace: float, *, leave: bool = False) -> None:
        """Take no more calls, let those under way end for `grace` seconds, close everything.

        The socket goes first, so that the next process can listen while this one finishes. With
        `leave` it stays, as somebody keeps it open for the next process.
        """
        if self._timer is not None:
            self._timer.cancel()
        if not leave:
            sockets.remove(self.path, self._identity)
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.connection.shut_down()
            link.touch()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._empty.wait()
        for link in list(self._links):
            _LOG.warning("closing a connection with %d calls under way", len(link.calls))
            link.give_up(codes.ErrorCode.NO_ERROR, "the relay is stopping")
        for link in list(self._links):
            link.flush()
            if link.transport is not None:
                link.transport.abort()

    def adopt_access(self, source: str) -> None:
        """Give the socket the owner and mode of another one."""
        sockets.copy_access(source, self.path)

    @property
    def descriptor(self) -> int | None:
        """The file descriptor of the listening socket, while there is one."""
        if self._server is None or not self._server.sockets:
            return None
        return self._server.sockets[0].fileno()

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._links)

    # -- Connections --------------------------------------------------------------------------

    def _make(self) -> downstream.Downstream:
        link = downstream.Downstream(self._shared, self._ended)
        if len(self._links) >= self._most:
            self._make_room()
        self._links[link] = None
        self._empty.clear()
        return link

    def _make_room(self) -> None:
        for link in self._links:
            if not link.calls and link.transport is not None:
                link.transport.abort()
                self._links.pop(link)
                return
        _LOG.warning("%d connections have calls under way, taking one more", len(self._links))

    def _ended(self, link: downstream.Downstream) -> None:
        self._links.pop(link, None)
        self._silent.discard(link)
        if not self._links:
            self._empty.set()

    def _tick(self) -> None:
        self.look()
        self._timer = self._loop.call_later(_INTERVAL, self._tick)

    def look(self) -> None:
        """Forgive counters, and close connections that have not introduced themselves in time."""
        silent = set()
        for link in list(self._links):
            link.connection.forgive()
            if not link.connection.settled:
                if link in self._silent and link.transport is not None:
                    link.transport.abort()
                silent.add(link)
        self._silent = silent
