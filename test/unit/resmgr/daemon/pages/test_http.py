# SPDX-License-Identifier: Apache-2.0
"""The small HTTP server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from resmgr.daemon.pages import http
from resmgr.daemon.pages.http import CannotServe, Page, Query, Server
from resmgr.relay import sockets


def broken(_query: Query) -> Page:
    """Fail as a page may."""
    raise ValueError("odd")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server on some port of this machine."""
    made = Server({"/metrics": lambda _: Page(b"up 1\n"), "/broken": broken})
    await made.serve("127.0.0.1:0")
    yield made
    await made.stop()


async def ask(server: Server, request: bytes) -> bytes:
    """Send bytes, and give everything that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[0])
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def get(path: str, *fields: str, method: str = "GET") -> bytes:
    """Make a request after whose answer the connection ends."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *fields, "", ""]
    return "\r\n".join(lines).encode()


async def test_a_page_is_served(server: Server) -> None:
    """With its length; what is behind `?` does not matter."""
    answer = await ask(server, get("/metrics?x=y"))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\nup 1\n")


async def test_a_head_has_no_body(server: Server) -> None:
    """But its length."""
    answer = await ask(server, get("/metrics", method="HEAD"))

    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


async def test_a_connection_serves_more_than_one_request(server: Server) -> None:
    """Also when they come at once."""
    both = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" + get("/nope")
    answer = await ask(server, both)

    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.index(b" 200 ") < answer.index(b" 404 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/nope"), 404),
        (get("/broken"), 500),
        (get("/metrics", method="POST"), 405),
        (get("/metrics", "Content-Length: 3") + b"abc", 400),
        (get("/metrics", "Transfer-Encoding: chunked"), 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET /" + b"x" * 20_000, 431),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
    ],
)
async def test_what_is_no_good_request_is_told(
    server: Server, request_: bytes, status: int
) -> None:
    """With a status; the server goes on."""
    answer = await ask(server, request_)

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert (await ask(server, get("/metrics"))).startswith(b"HTTP/1.1 200 ")


async def test_a_page_for_all_other_paths_can_be_given(server: Server) -> None:
    """Pages can be replaced while it serves."""
    server.pages = {"*": lambda _: Page(status=302, headers={"Location": "/ui/index.html"})}
    answer = await ask(server, get("/anything"))

    assert b"Location: /ui/index.html\r\n" in answer


async def test_an_address_in_use_is_told(server: Server) -> None:
    """Which one, and why."""
    other = Server({})
    with pytest.raises(CannotServe, match=r"cannot serve HTTP at .*in use"):
        await other.serve(f"127.0.0.1:{server.ports[0]}")

    assert other.endpoint == ""


async def test_it_can_be_turned_off_and_on(server: Server) -> None:
    """As a configuration may say."""
    port = server.ports[0]
    await server.serve("")
    closed = server.ports
    await server.serve(f"127.0.0.1:{port}")

    assert closed == []
    assert (await ask(server, get("/metrics"))).startswith(b"HTTP/1.1 200 ")


async def test_the_same_address_is_left_alone(server: Server) -> None:
    """A configuration that changes something else closes no connection."""
    port = server.ports[0]
    await server.serve(server.endpoint)

    assert server.ports == [port]


async def test_the_number_of_connections_is_bounded(server: Server) -> None:
    """One too many is closed at once."""
    port = server.ports[0]
    opened = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(http.MOST_CONNECTIONS)
    ]
    # Asked and answered: the server knows all of them.
    for reader, writer in opened:
        writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"up 1\n")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        answer = await reader.read()
    except ConnectionError:
        answer = b""
    for _, one in [*opened, (reader, writer)]:
        one.close()

    assert answer == b""


async def test_a_page_may_take_its_time() -> None:
    """Requests behind it wait for their turn, others are answered at once."""
    go = asyncio.Event()

    async def slow(_query: Query) -> Page:
        await go.wait()
        return Page(b"slow\n")

    made = Server({"/slow": slow, "/quick": lambda _: Page(b"quick\n")})
    await made.serve("127.0.0.1:0")
    first = get("/slow").replace(b"Connection: close\r\n", b"")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(ask(made, first + get("/quick")))
        other = await ask(made, get("/quick"))
        before = waiting.done()
        go.set()
    await made.stop()

    assert other.endswith(b"quick\n")
    assert not before
    assert waiting.result().index(b"slow") < waiting.result().index(b"quick")


async def test_a_page_that_fails_later_is_told() -> None:
    """As one that fails at once."""

    async def fail(_query: Query) -> Page:
        await asyncio.sleep(0)
        return broken({})

    made = Server({"/broken": fail})
    await made.serve("127.0.0.1:0")
    answer = await ask(made, get("/broken"))
    await made.stop()

    assert answer.startswith(b"HTTP/1.1 500 ")


async def test_a_page_for_somebody_who_has_gone_is_not_made() -> None:
    """What made it hears so."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(_query: Query) -> Page:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Page()

    made = Server({"/endless": endless})
    await made.serve("127.0.0.1:0")
    _, writer = await asyncio.open_connection("127.0.0.1", made.ports[0])
    writer.write(get("/endless"))
    await begun.wait()
    writer.transport.abort()
    await made.stop()
    async with asyncio.timeout(5):
        await ended.wait()


async def test_answers_that_nobody_reads_are_not_made() -> None:
    """Many requests at once cost no more memory than a few; all are answered in the end."""
    made_pages = 0

    def large(_query: Query) -> Page:
        nonlocal made_pages
        made_pages += 1
        return Page(b"x" * 1024 * 1024)

    made = Server({"/large": large})
    await made.serve("127.0.0.1:0")
    reader, writer = await asyncio.open_connection("127.0.0.1", made.ports[0], limit=1)
    one = get("/large").replace(b"Connection: close\r\n", b"")
    writer.write(one * 99 + get("/large"))
    begun = await reader.read(1)
    early = made_pages
    size = 1
    while part := await reader.read(1024 * 1024):
        size += len(part)
    writer.close()
    await made.stop()

    assert begun == b"H"
    assert early < 20
    assert made_pages == 100
    assert size > 100 * 1024 * 1024


async def test_a_page_knows_what_is_asked_for() -> None:
    """Decoded; of what is given twice the last counts."""
    made = Server({"/echo": lambda query: Page(repr(sorted(query.items())).encode())})
    await made.serve("127.0.0.1:0")
    answer = await ask(made, get("/echo?name=a%2Fb&name=c%20d&empty="))
    await made.stop()

    assert answer.endswith(b"[('empty', ''), ('name', 'c d')]")


@pytest.fixture
def listening(tmp_path: Path) -> socket.socket:
    """A socket in a folder, bound."""
    return sockets.listen(str(tmp_path / "http.sock"), mode=0o600)


async def ask_at(path: str, request: bytes) -> bytes:
    """Ask on a unix socket."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_unix_socket_serves_the_same_pages(listening: socket.socket) -> None:
    """And is closed when it ends."""
    path = listening.getsockname()
    made = Server({"/metrics": lambda _: Page(b"up 1\n")})
    await made.serve_on(listening)
    answer = await ask_at(path, get("/metrics"))
    await made.stop()

    assert answer.endswith(b"\r\n\r\nup 1\n")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_unix_connection(path)


async def test_who_may_not_ask_hears_so(listening: socket.socket) -> None:
    """Before anything is made."""
    made = Server({"*": broken}, admit=lambda _: False)
    await made.serve_on(listening)
    answer = await ask_at(listening.getsockname(), get("/metrics"))
    await made.stop()

    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
