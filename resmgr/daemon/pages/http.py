# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 server for a few pages that are read: no bodies, bounded requests.

It listens at an address of the network that can change, or on a unix socket that is given.
"""

import asyncio
import json
import logging
import socket as sockets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...config.problem import quote

_LOG = logging.getLogger("http")

LONGEST_HEAD = 16 * 1024
"""Bytes of a request's head."""

MOST_CONNECTIONS = 64
PATIENCE = 10.0
"""Seconds within which a request has to be there, and an answer taken."""

_REASONS = {
    200: "OK",
    302: "Found",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}
_JSON_OR_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers with."""

    body: bytes = b""
    content_type: str = _JSON_OR_TEXT
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Query = Mapping[str, str]
"""What stands behind `?` in an address; of what is given twice the last."""

Make = Callable[[Query], Page | Coroutine[Any, Any, Page]]
"""Makes a page, at once or later."""

Admit = Callable[[asyncio.BaseTransport], bool]
"""Tells whether somebody may ask at all."""


def _everybody(_transport: asyncio.BaseTransport) -> bool:
    return True


Pages = Mapping[str, Make]
"""Path -> what makes its page. The path `*` is for all others."""


def json_page(data: Mapping[str, Any], status: int = 200) -> Page:
    """Make a page of JSON."""
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return Page(body, "application/json", status)


class CannotServe(Exception):
    """There is no server at that address; the text says why."""


class Server:
    """Serves pages at an address that can change; `pages` may be replaced at any time."""

    def __init__(
        self, pages: Pages, *, admit: Admit = _everybody, patience: float = PATIENCE
    ) -> None:
        """Serve nowhere yet; `patience`: seconds that a request and its answer may take."""
        self.pages = pages
        self._admit = admit
        self._patience = patience
        self.endpoint = ""
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    async def serve(self, endpoint: str) -> None:
        """Listen at `[host]:port` instead of where it did; empty text: nowhere.

        Raises `CannotServe`; then it listens nowhere.
        """
        if endpoint == self.endpoint:
            return
        await self.stop()
        if not endpoint:
            return
        host, _, port = endpoint.rpartition(":")
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                self._connection,
                host.strip("[]") or None,
                int(port),
            )
        except (OSError, UnicodeError) as error:
            # Names of hosts that cannot be written for a server of names are of the latter kind.
            why = getattr(error, "strerror", None) or str(error)
            raise CannotServe(f"cannot serve HTTP at {quote(endpoint)}: {why}") from error
        self.endpoint = endpoint
        _LOG.info("serving HTTP at %s", endpoint)

    async def serve_on(self, listening: sockets.socket) -> None:
        """Listen on a unix socket that is bound; it is closed at the end, but not removed."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._connection, sock=listening)

    def _connection(self) -> "_Connection":
        return _Connection(self.answer, self._connections, self._admit, self._patience)

    async def stop(self) -> None:
        """Listen no more."""
        self.endpoint = ""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections):
            connection.close()

    @property
    def ports(self) -> list[int]:
        """The ports that it listens at."""
        sockets = self._server.sockets if self._server is not None else ()
        return sorted({socket.getsockname()[1] for socket in sockets})

    def answer(self, target: str) -> Page | Coroutine[Any, Any, Page]:
        """Give the page of a path and its query, or what gives it; neither fails."""
        path, _, query = target.partition("?")
        make = self.pages.get(path) or self.pages.get("*")
        if make is None:
            return Page(b"not found\n", status=404)
        try:
            made = make(_read(query) if query else {})
        except Exception:  # noqa: BLE001 - a page that fails is told, and stops nobody
            return _failed(path)
        return made if isinstance(made, Page) else _awaited(path, made)


def _read(query: str) -> Query:
    from urllib import parse  # noqa: PLC0415 - most requests have no query

    return dict(parse.parse_qsl(query, keep_blank_values=True))


async def _awaited(path: str, made: Coroutine[Any, Any, Page]) -> Page:
    try:
        return await made
    except Exception:  # noqa: BLE001 - as above
        return _failed(path)


def _failed(path: str) -> Page:
    _LOG.exception("cannot make the page %s", quote(path))
    return Page(b"internal error, see the log\n", status=500)


class _Connection(asyncio.Protocol):
    """One connection; it has one request after the other, and ends where one is wrong."""

    def __init__(
        self,
        answer: Callable[[str], Page | Coroutine[Any, Any, Page]],
        connections: "set[_Connection]",
        admit: Admit,
        patience: float,
    ) -> None:
        self._answer = answer
        self._admit = admit
        self._patience = patience
        self._connections = connections
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._making: asyncio.Future[Page] | None = None
        """The page that this connection waits for; further requests wait too."""
        self._full = False
        """Whether answers wait to be read: there is no further one until they are."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's is one
        self._transport = transport
        if len(self._connections) >= MOST_CONNECTIONS:
            transport.abort()
            return
        self._connections.add(self)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._making is not None:
            self._making.cancel()

    def pause_writing(self) -> None:
        self._full = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._full = False
        if self._transport is not None and self._making is None:
            self._transport.resume_reading()
            self._go_on()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._give_up)

    def _give_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End it, with what is on its way."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._go_on()

    def _go_on(self) -> None:
        """Answer the requests that are whole, one after the other."""
        while self._transport is not None and not self._transport.is_closing():
            if self._making is not None or self._full:
                return
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                if len(self._received) > LONGEST_HEAD:
                    self._send(Page(b"the request is too long\n", status=431), last=True)
                return
            self._received = rest
            self._request(head)

    def _request(self, head: bytes) -> None:
        self._wait()
        lines = head.decode("latin-1").split("\r\n")
        method, _, target = lines[0].partition(" ")
        target, _, version = target.rpartition(" ")
        fields = {
            name.strip().casefold(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if self._transport is not None and not self._admit(self._transport):
            refusal: Page | None = Page(b"only root and the daemon's user may ask\n", status=403)
        else:
            refusal = _refusal(method, target, version, fields)
        if refusal is not None:
            self._send(refusal, last=True)
            return
        last = version == "HTTP/1.0" or fields.get("connection", "").casefold() == "close"
        made = self._answer(target)
        send = partial(self._send, last=last, head_only=method == "HEAD")
        if isinstance(made, Page):
            send(made)
        else:
            self._send_later(made, send)

    def _send_later(self, making: Coroutine[Any, Any, Page], send: Callable[[Page], None]) -> None:
        """Send a page once it is made; until then nothing more is read."""
        assert self._transport is not None  # noqa: S101 - a request has come through it
        transport = self._transport
        transport.pause_reading()

        def made(done: asyncio.Future[Page]) -> None:
            self._making = None
            if not done.cancelled() and not transport.is_closing():
                transport.resume_reading()
                send(done.result())
                self._go_on()

        self._making = asyncio.get_running_loop().create_task(making, name="page")
        self._making.add_done_callback(made)

    def _send(self, page: Page, *, last: bool, head_only: bool = False) -> None:
        if self._transport is None:
            return
        lines = [
            f"HTTP/1.1 {page.status} {_REASONS[page.status]}",
            f"Content-Type: {page.content_type}",
            f"Content-Length: {len(page.body)}",
            "X-Content-Type-Options: nosniff",
            *(f"{name}: {value}" for name, value in page.headers.items()),
            *(["Connection: close"] if last else []),
        ]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self._transport.write(head if head_only else head + page.body)
        if last:
            self._transport.close()


def _refusal(method: str, target: str, version: str, fields: Mapping[str, str]) -> Page | None:
    """Give what to answer to a request that is not one for a page."""
    if not target.startswith("/") or not version.startswith("HTTP/"):
        return Page(b"this is no request\n", status=400)
    if version not in {"HTTP/1.0", "HTTP/1.1"}:
        return Page(b"write HTTP/1.1\n", status=505)
    if method not in {"GET", "HEAD"}:
        return Page(b"pages are only read\n", status=405, headers={"Allow": "GET, HEAD"})
    if fields.get("content-length", "0") != "0" or "transfer-encoding" in fields:
        return Page(b"a request has no body here\n", status=400)
    return None
