# SPDX-License-Identifier: Apache-2.0
"""An API server of a few lines, on HTTP/2 with encryption: answers as a test says."""

import asyncio
import contextlib
import json
import ssl
import subprocess
import urllib.parse
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.kube import access
from agent.net import link
from resmgr.wire import codes, events, fields, frames


@dataclass
class Request:
    """What was asked for."""

    method: str
    path: str
    params: dict[str, str]
    headers: fields.Block
    body: Any = None


@dataclass
class Answer:
    """A status and an object; with `lines` a watch, which stays open where it says so."""

    status: int = 200
    body: Any = None
    lines: tuple[Any, ...] | None = None
    stays: bool = False
    headers: tuple[tuple[bytes, bytes], ...] = ()


Handler = Callable[[Request], Answer]


class _Served(link.Link):
    """One connection."""

    def __init__(self, server: "Api") -> None:
        super().__init__(client=False)
        self._server = server
        self._requests: dict[int, tuple[fields.Block, bytearray]] = {}
        self.leaves_out = False

    def handle(self, event: events.Event) -> None:
        """Collect requests."""
        match event:
            case events.HeadersReceived(number, _, _) if self.leaves_out and self.transport:
                self.transport.write(frames.goaway(number - 2, codes.ErrorCode.NO_ERROR))
            case events.HeadersReceived(number, block, end):
                self._requests[number] = (block, bytearray())
                if end:
                    self._answer(number)
            case events.DataReceived(number, data, end):
                self._requests[number][1].extend(data)
                if end:
                    self._answer(number)
            case _:
                pass

    def lost(self, why: str) -> None:
        """The client has gone."""
        del why

    def _answer(self, number: int) -> None:
        block, content = self._requests.pop(number)
        url = urllib.parse.urlsplit((block.get(b":path") or b"").decode())
        request = Request(
            (block.get(b":method") or b"").decode(),
            urllib.parse.unquote(url.path),
            dict(urllib.parse.parse_qsl(url.query)),
            block,
            json.loads(content) if content else None,
        )
        self._server.requests.append(request)
        answer = self._server.handler(request)
        head = ((b":status", b"%d" % answer.status), *answer.headers)
        self.connection.headers(number, fields.Block(head))
        if answer.lines is None:
            plain = isinstance(answer.body, bytes)
            data = answer.body if plain else json.dumps(answer.body).encode()
        else:
            data = b"".join(json.dumps(one).encode() + b"\n" for one in answer.lines)
        self.connection.data(number, memoryview(data), end_stream=not answer.stays)
        self.flush()


@dataclass
class Api:
    """The server; `handler` may be changed at any time."""

    handler: Handler
    way: access.Access
    requests: list[Request] = field(default_factory=list)
    links: list[_Served] = field(default_factory=list)

    def leave_out_next(self) -> None:
        """Say good-bye to the next request of the first connection, and serve none of it."""
        self.links[0].leaves_out = True

    def hang_up(self) -> None:
        """Close all connections, as a restart does."""
        for one in self.links:
            one.abort("restarted")
        self.links.clear()

    def made(self) -> _Served:
        """Take a connection."""
        one = _Served(self)
        self.links.append(one)
        return one


@contextlib.asynccontextmanager
async def serving(folder: Path, *, protocols: tuple[str, ...] = ("h2",)) -> AsyncIterator[Api]:
    """A server on a free port of this machine."""
    names = "subjectAltName=IP:127.0.0.1"
    certificate, key = folder / "api.crt", folder / "api.key"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    subprocess.run(
        ["openssl", *words.split(), "-addext", names, "-out", certificate, "-keyout", key],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(list(protocols))
    loop = asyncio.get_running_loop()
    way = access.Access("127.0.0.1", 0, ca=certificate.read_text(), token="secret")
    api = Api(lambda _: Answer(404, {"message": "nothing here"}), way)
    server = await loop.create_server(api.made, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    api.way = access.Access("127.0.0.1", port, ca=way.ca, token="secret")
    try:
        yield api
    finally:
        api.hang_up()
        server.close()
        await server.wait_closed()
