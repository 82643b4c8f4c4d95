# SPDX-License-Identifier: Apache-2.0
"""One page over HTTP, asked as a scraper would and as it would not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.net import pages


@pytest.fixture
async def page() -> AsyncIterator[pages.Page]:
    """A page that is served."""
    made = pages.Page("/metrics", "text/plain", lambda: "a 1\n")
    assert await made.serve("127.0.0.1", 0)
    yield made
    made.stop()


async def ask(page: pages.Page, request: bytes) -> bytes:
    """Give all of an answer."""
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
        writer.write(request)
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


async def test_the_page(page: pages.Page) -> None:
    """With its length and kind, and the end of the connection; HEAD gives no content."""
    answer = await ask(page, b"GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await ask(page, b"HEAD /metrics HTTP/1.1\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
    assert answer.endswith(b"\r\n\r\na 1\n")
    assert head == answer.removesuffix(b"a 1\n")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"405"),
        (b"\x00\xff\r\n\r\n", b"400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
    ],
)
async def test_other_requests(page: pages.Page, request_: bytes, status: bytes) -> None:
    """Each is told what is wrong."""
    assert (await ask(page, request_)).split()[1] == status


async def test_a_head_without_an_end(page: pages.Page) -> None:
    """It is cut off, and the page goes on."""
    cut = await ask(page, b"x" * (pages.LONGEST + 1))
    after = await ask(page, b"GET /metrics HTTP/1.1\r\n\r\n")

    assert cut == b""
    assert b"200" in after


async def test_only_so_many_at_once(page: pages.Page) -> None:
    """Who holds connections without a word keeps others out, but takes no more of us."""
    async with asyncio.timeout(10):
        held = [
            await asyncio.open_connection("127.0.0.1", page.port)
            for _ in range(pages.MOST_CONNECTIONS)
        ]
        refused = await ask(page, b"GET /metrics HTTP/1.1\r\n\r\n")
        for _, writer in held:
            writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
        answers = [await reader.read() for reader, _ in held]
        for _, writer in held:
            writer.close()

    assert refused == b""
    assert all(b"200" in one for one in answers)


async def test_a_port_that_is_taken(page: pages.Page, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, and stops nobody."""
    other = pages.Page("/metrics", "text/plain", str)

    assert not await other.serve("127.0.0.1", page.port)
    assert other.port == 0
    assert "cannot serve metrics at 127.0.0.1" in caplog.text
