# SPDX-License-Identifier: Apache-2.0
"""The daemon's own socket: pages for root and the daemon's user on this node, always served.

A socket that cannot be made is told and no more: nobody's container waits for it.
"""

import asyncio
import logging
import os
import socket as sockets_
from collections.abc import Collection

from ...relay import peer, sockets
from . import http

_LOG = logging.getLogger("http")

MODE = 0o600

LONGEST_WAIT = 60.0
"""Seconds that an answer may be waited for."""

_PATIENCE = LONGEST_WAIT + 15.0


class Local:
    """Serves pages at one path; the pages may be replaced at any time."""

    def __init__(self, path: str, users: Collection[int]) -> None:
        """Take the path, empty for none, and the ids of the users who may ask."""
        self.path = path
        self._users = frozenset(users)
        self._server = http.Server({}, admit=self._may_ask, patience=_PATIENCE)
        self._made: tuple[int, int] | None = None

    def show(self, pages: http.Pages) -> None:
        """Serve these pages from now on."""
        self._server.pages = pages

    async def start(self) -> None:
        """Listen; whatever is in the way is logged."""
        if not self.path:
            return
        try:
            listening = sockets.listen(self.path, mode=MODE)
        except sockets.SocketError as error:
            _LOG.warning("%s; nobody can ask this daemon how it is", error)
            return
        self._made = sockets.identity(self.path)
        await self._server.serve_on(listening)

    async def stop(self) -> None:
        """Listen no more; the socket goes, but not one that somebody else has put there."""
        if self._made is not None:
            sockets.remove(self.path, self._made)
        self._made = None
        await self._server.stop()

    @property
    def listens(self) -> bool:
        """Whether it is served."""
        return self._made is not None

    def _may_ask(self, transport: asyncio.BaseTransport) -> bool:
        connected: sockets_.socket | None = transport.get_extra_info("socket")
        asks = peer.of_socket(connected)
        if asks is not None and asks.uid in self._users:
            return True
        _LOG.warning("refused a request of %s", f"user {asks.uid}" if asks else "somebody unknown")
        return False


def users() -> set[int]:
    """Give who may ask: root, and the user of this process."""
    return {0, os.getuid()}
