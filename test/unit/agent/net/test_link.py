# SPDX-License-Identifier: Apache-2.0
"""A connection that falls silent, or whose peer does not speak HTTP/2."""

import asyncio
from typing import cast

from agent.net import link
from resmgr.wire import connection, events


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self.written = b""
        self.closed = False
        self.aborted = False

    def set_write_buffer_limits(self, high: int) -> None:
        """Take a limit."""

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.written += data

    def close(self) -> None:
        """Close."""
        self.closed = True

    def abort(self) -> None:
        """Cut."""
        self.aborted = True


class Link(link.Link):
    """Remembers why it was lost."""

    why = ""

    def handle(self, event: events.Event) -> None:
        """Nothing."""

    def lost(self, why: str) -> None:
        """Remember."""
        self.why = why


def made() -> tuple[Link, Transport]:
    """A client's connection."""
    one, transport = Link(client=True), Transport()
    one.connection_made(cast("asyncio.BaseTransport", transport))
    return one, transport


async def test_a_silent_peer_is_asked_and_then_gone() -> None:
    """A firewall that has forgotten the connection tells nobody."""
    one, transport = made()
    one.tick()  # It was heard at the beginning.
    transport.written = b""
    one.tick()
    pinged = b"are you?" in transport.written
    one.tick()

    assert pinged
    assert transport.aborted
    assert one.why == "nothing was heard for 30 seconds"


async def test_a_peer_that_answers_stays() -> None:
    """Whatever it says counts."""
    one, transport = made()
    server = connection.Connection(client=False)
    for _ in range(4):
        server.receive(transport.written)
        transport.written = b""
        server.ping(b"12345678")
        one.data_received(b"".join(server.fetch()))
        one.tick()
        one.tick()
    one.abort("done")

    assert one.why == "done"


async def test_somebody_else_answers() -> None:
    """It is lost with a word, told once, and the transport is closed."""
    one, transport = made()
    told: list[int] = []
    one.ended.append(lambda: told.append(1))
    one.data_received(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3)
    one.connection_lost(None)

    assert one.why.startswith("HTTP/2 was broken")
    assert transport.closed
    assert told == [1]
