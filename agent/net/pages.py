# SPDX-License-Identifier: Apache-2.0
"""One page over plain HTTP/1.1, for whoever scrapes it: bounded, an answer a connection."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

_LOG = logging.getLogger("http")

LONGEST: Final = 8 * 1024
"""Bytes of a request's head."""

PATIENCE: Final = 10.0
"""Seconds for a request and its answer."""

MOST_CONNECTIONS: Final = 16


class Page:
    """Serves what `make` gives, as `content_type`, at one path."""

    def __init__(self, path: str, content_type: str, make: Callable[[], str]) -> None:
        """Serve nowhere yet."""
        self._path = path.encode("ascii")
        self._content_type = content_type
        self._make = make
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def serve(self, host: str, port: int) -> bool:
        """Listen; an empty host stands for all addresses. Failing is logged, and false.

        Nobody's configuration waits for it.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connection, host or None, port)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            _LOG.warning("cannot serve metrics at %s:%d: %s; it goes on without", host, port, why)
            return False
        _LOG.info("serving metrics at %s:%d", host, self.port)
        return True

    @property
    def port(self) -> int:
        """The port; 0 while it is not served."""
        listening = self._server.sockets if self._server is not None else ()
        return int(listening[0].getsockname()[1]) if listening else 0

    def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.close()
        for one in tuple(self._open):
            one.end()

    def _connection(self) -> "_Connection":
        return _Connection(self._open, self._answer)

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        target, _, version = rest.rpartition(b" ")
        if not version.startswith(b"HTTP/1.") or not target.startswith(b"/"):
            return _written("400 Bad Request", "this is no request\n")
        if method not in {b"GET", b"HEAD"}:
            return _written("405 Method Not Allowed", "this page is only read\n", "Allow: GET")
        if target.partition(b"?")[0] != self._path:
            return _written("404 Not Found", f"the page is {self._path.decode()}\n")
        kind = f"Content-Type: {self._content_type}"
        return _written("200 OK", self._make(), kind, empty=method == b"HEAD")


def _written(status: str, body: str, *lines: str, empty: bool = False) -> bytes:
    content = body.encode()
    head = [
        f"HTTP/1.1 {status}",
        *lines,
        f"Content-Length: {len(content)}",
        "Connection: close",
        *("", ""),
    ]
    return "\r\n".join(head).encode("ascii") + (b"" if empty else content)


class _Connection(asyncio.Protocol):
    """One request."""

    def __init__(self, others: "set[_Connection]", answer: Callable[[bytes], bytes]) -> None:
        self._others = others
        self._answer = answer
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's is one
        self._transport = transport
        if len(self._others) >= MOST_CONNECTIONS:
            transport.abort()
            return
        self._others.add(self)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.end)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._others.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        head, end, _ = self._received.partition(b"\r\n\r\n")
        if end:
            transport.write(self._answer(head))
            transport.close()
        elif len(self._received) > LONGEST:
            transport.abort()

    def end(self) -> None:
        """Give it up."""
        if self._transport is not None:
            self._transport.abort()
