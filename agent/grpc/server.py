# SPDX-License-Identifier: Apache-2.0
"""The socket that our services are served on: root and the agent's own user, nobody else.

Whoever opens it could otherwise change the Node object with the agent's rights.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from resmgr.wire import codes as http2
from resmgr.wire import events, fields
from resmgr.wire.grpc import codes, messages, statuses, timeouts

from ..net import link, sockets

_LOG = logging.getLogger("grpc")

LARGEST: Final = 1024 * 1024
"""Bytes of a request."""

MOST_CONNECTIONS: Final = 32

Handler = Callable[[bytes], Awaitable[bytes]]
"""Takes a message, gives the answer's. Raises `statuses.CallError`."""


class Server:
    """Listens; `handlers` are by path, `/SERVICE/METHOD`."""

    def __init__(
        self, path: str, handlers: Mapping[str, Handler], tasks: asyncio.TaskGroup
    ) -> None:
        """Take where to listen, what is served, and who keeps the tasks of calls."""
        self.path = path
        self.handlers = handlers
        self.tasks = tasks
        self.users = frozenset((0, os.geteuid()))
        self._links: dict[_Incoming, None] = {}
        self._server: asyncio.Server | None = None
        self._made: tuple[int, int] | None = None

    async def start(self) -> None:
        """Listen. Raises `sockets.CannotListen`."""
        listener = sockets.listen(self.path)
        self._made = sockets.identity(self.path)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._accept, sock=listener)

    def stop(self) -> None:
        """Stop at once; the socket goes, unless another process has put its own there."""
        sockets.remove(self.path, self._made)
        if self._server is not None:
            self._server.close()
        for one in list(self._links):
            one.abort("the agent ends")

    def _accept(self) -> "_Incoming":
        made = _Incoming(self)
        if len(self._links) >= MOST_CONNECTIONS:
            _LOG.warning("more than %d connections, one is closed", MOST_CONNECTIONS)
            next(iter(self._links)).abort("too many connections")
        self._links[made] = None
        made.ended.append(lambda: self._links.pop(made, None))
        return made


class _Call:
    """One call: what has come of its request."""

    def __init__(self, handler: Handler, timeout: float | None) -> None:
        self.handler = handler
        self.timeout = timeout
        self.content = bytearray()
        self.task: asyncio.Task[None] | None = None


class _Incoming(link.Link):
    """A connection of a client."""

    def __init__(self, server: Server) -> None:
        super().__init__(client=False)
        self._server = server
        self._calls: dict[int, _Call] = {}
        self._uid: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See who it is."""
        with contextlib.suppress(OSError):
            self._uid = sockets.uid_of(transport.get_extra_info("socket"))
        super().connection_made(transport)

    def handle(self, event: events.Event) -> None:
        """Collect requests, answer them when they are whole."""
        match event:
            case events.HeadersReceived(number, block, end):
                self._begin(number, block, end=end)
            case events.DataReceived(number, data, end):
                self._more(number, bytes(data), end=end)
            case events.TrailersReceived(number, _):
                self._run(number)
            case events.StreamReset(number):
                call = self._calls.pop(number, None)
                if call is not None and call.task is not None:
                    call.task.cancel()
            case _:
                pass

    def lost(self, why: str) -> None:
        """Nobody waits any more."""
        del why
        for call in self._calls.values():
            if call.task is not None:
                call.task.cancel()
        self._calls.clear()

    def _begin(self, number: int, block: fields.Block, *, end: bool) -> None:
        path = (block.get(b":path") or b"").decode("ascii", "replace")
        handler = self._server.handlers.get(path)
        if self._uid not in self._server.users:
            who = "somebody unknown" if self._uid is None else f"user {self._uid}"
            _LOG.warning("refused %s of %s", path, who)
            message = "only root and the agent's user may ask the node agent"
            self._refuse(number, statuses.Status(codes.Code.PERMISSION_DENIED, message))
        elif handler is None:
            text = f"unknown method {path}"
            self._refuse(number, statuses.Status(codes.Code.UNIMPLEMENTED, text))
        else:
            given = block.get(b"grpc-timeout")
            call = _Call(handler, None if given is None else timeouts.parse(given))
            self._calls[number] = call
            if end:
                self._run(number)

    def _more(self, number: int, data: bytes, *, end: bool) -> None:
        call = self._calls.get(number)
        if call is None:
            return
        call.content += data
        if len(call.content) > LARGEST:
            del self._calls[number]
            text = f"a request has at most {LARGEST} bytes"
            self._refuse(number, statuses.Status(codes.Code.RESOURCE_EXHAUSTED, text))
        elif end:
            self._run(number)
        else:
            self.connection.consumed(number, len(data))

    def _refuse(self, number: int, status: statuses.Status) -> None:
        self.connection.headers(number, statuses.trailers_only(status), end_stream=True)
        # The rest of the request is of no interest (RFC 9113, section 8.1).
        self.connection.reset(number, http2.ErrorCode.NO_ERROR)

    def _run(self, number: int) -> None:
        call = self._calls.get(number)
        if call is not None:
            call.task = self._server.tasks.create_task(self._answer(number, call), name="call")

    async def _answer(self, number: int, call: _Call) -> None:
        status, answer = statuses.OK, b""
        try:
            async with asyncio.timeout(call.timeout):
                answer = await call.handler(_message(call.content))
        except statuses.CallError as error:
            status = error.status
        except ValueError as error:
            status = statuses.Status(codes.Code.INTERNAL, f"the request holds {error}")
        except TimeoutError:
            status = statuses.Status(codes.Code.DEADLINE_EXCEEDED, "the deadline has passed")
        except Exception:  # noqa: BLE001 - the caller gets an answer whatever fails
            _LOG.exception("a call failed")
            status = statuses.Status(codes.Code.INTERNAL, "the call failed in the node agent")
        if self._calls.pop(number, None) is None:
            return
        if status.code is codes.Code.OK:
            self.connection.headers(number, statuses.RESPONSE)
            self.connection.data(number, memoryview(messages.frame(answer)))
            self.connection.headers(number, statuses.trailers(status), end_stream=True)
        else:
            self.connection.headers(number, statuses.trailers_only(status), end_stream=True)
        self.flush()


def _message(content: bytearray) -> bytes:
    """Give the one message of a request. Raises `ValueError`, `statuses.CallError`."""
    compressed, message = messages.only(bytes(content))
    if compressed:
        raise statuses.CallError(codes.Code.UNIMPLEMENTED, "compressed requests are not read")
    return message
