# SPDX-License-Identifier: Apache-2.0
"""What of the daemon's sockets systemd is asked to keep, and when it need not keep it any more."""

import asyncio

from ...relay.server import Server
from ...relay.upstream import Upstream
from . import held
from .notify import Notifier


class Storing:
    """The sockets of one daemon, and those that were kept for it."""

    def __init__(self, notifier: Notifier, kept: held.Held) -> None:
        """Take what was kept; nothing is stored yet."""
        self._notifier = notifier
        self._kept = kept
        self._stored: dict[str, str] = {}

    def connected(self, there: Upstream, monotonic: int) -> None:
        """Store a new connection to the runtime, made at these nanoseconds.

        The one before is dropped: it is of no use any more, and would stay open otherwise.
        """
        if there.descriptor is None:
            return
        former = self._stored.get(there.path)
        if former is not None:
            self._notifier.keep_no_more(former)
        self._stored[there.path] = held.runtime_name(monotonic)
        self._notifier.keep(there.descriptor, self._stored[there.path])

    async def serve(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        """Start a server on the socket that was kept, or else on one that is kept from now on.

        Raises `sockets.SocketError`.
        """
        listening = self._kept.listener()
        await server.start(listening)
        if listening is None and server.descriptor is not None:
            self._notifier.keep_no_more(held.LISTENER)
            self._notifier.keep(server.descriptor, held.LISTENER)
        self._kept.linger(loop, self._notifier.keep_no_more)

    @property
    def stays(self) -> bool:
        """Whether the listening socket is kept while the daemon is away."""
        return self._notifier.asked

    def ended(self) -> None:
        """Drop connections to the runtime whose calls have all ended."""
        for name in self._stored.values():
            self._notifier.keep_no_more(name)
        self._stored.clear()
