# SPDX-License-Identifier: Apache-2.0
"""A client's streams."""

import asyncio
from typing import cast

import pytest
from unit.agent.net.test_link import Transport

from agent.net.session import Broken, Session
from resmgr.wire import codes, connection, events, fields

REQUEST = fields.Block(
    ((b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/"), (b":authority", b"x"))
)
OK = fields.Block(((b":status", b"200"),))


class Both:
    """A client's session and the server at its other end, without sockets."""

    def __init__(self) -> None:
        """Connect them."""
        self.transport = Transport()
        self.session = Session()
        self.server = connection.Connection(client=False)
        self.session.connection_made(cast("asyncio.BaseTransport", self.transport))
        self.talk()

    def talk(self) -> list[events.Event]:
        """Carry bytes in both directions; give what the server has heard."""
        heard: list[events.Event] = []
        for _ in range(5):
            data, self.transport.written = self.transport.written, b""
            heard += self.server.receive(data)
            self.server.pump()
            if answer := b"".join(self.server.fetch()):
                self.session.data_received(answer)
        return heard


async def test_an_answer_in_parts() -> None:
    """Head, content, end; more is sent only as it is read."""
    both = Both()
    async with await both.session.request(REQUEST) as stream:
        (head,) = (one for one in both.talk() if isinstance(one, events.HeadersReceived))
        both.server.headers(head.stream_id, OK)
        both.server.data(head.stream_id, memoryview(b"x" * 300_000), end_stream=True)
        both.talk()
        given = (await stream.head()).get(b":status")
        parts = []
        async for part in stream.parts():
            parts.append(part)
            both.talk()
    both.session.abort("done")

    assert given == b"200"
    assert sum(map(len, parts)) == 300_000


async def test_an_answer_that_is_too_long() -> None:
    """It is not kept."""
    both = Both()
    stream = await both.session.request(REQUEST)
    both.talk()
    both.server.headers(1, OK)
    both.server.data(1, memoryview(b"x" * 100), end_stream=True)
    both.talk()
    with pytest.raises(Broken, match="longer than 10 bytes"):
        await stream.content(10)
    both.session.abort("done")


async def test_a_stream_that_nobody_reads_on_is_reset() -> None:
    """The server need not send the rest."""
    both = Both()
    async with await both.session.request(REQUEST):
        both.talk()
    heard = both.talk()
    both.session.abort("done")

    assert [one.code for one in heard if isinstance(one, events.StreamReset)] == [
        codes.ErrorCode.CANCEL
    ]


async def test_a_connection_that_is_lost() -> None:
    """Whoever waits hears of it, and nothing more can be asked."""
    both = Both()
    stream = await both.session.request(REQUEST)
    both.session.connection_lost(ConnectionResetError("reset by peer"))
    with pytest.raises(Broken, match="reset by peer"):
        await stream.head()
    with pytest.raises(Broken, match="lost"):
        await both.session.request(REQUEST)

    assert not both.session.usable


@pytest.mark.parametrize(
    ("begun", "code", "unseen"),
    [
        (False, codes.ErrorCode.REFUSED_STREAM, True),
        (False, codes.ErrorCode.INTERNAL_ERROR, False),
        (True, codes.ErrorCode.REFUSED_STREAM, False),
    ],
)
async def test_what_the_server_has_not_begun_with(
    code: codes.ErrorCode, *, begun: bool, unseen: bool
) -> None:
    """It is told from what may have been done: only that can be asked for again safely."""
    both = Both()
    stream = await both.session.request(REQUEST)
    both.talk()
    if begun:
        both.server.headers(1, OK)
        both.talk()
    both.server.reset(1, code)
    both.talk()
    with pytest.raises(Broken) as found:
        await stream.content(10)
    both.session.abort("done")

    assert found.value.unseen is unseen


async def test_a_server_that_says_good_bye() -> None:
    """What is under way is answered; then the connection is closed."""
    both = Both()
    async with await both.session.request(REQUEST) as stream:
        both.talk()
        both.server.shut_down()
        both.talk()
        open_still = not both.transport.closed
        both.server.headers(1, OK, end_stream=True)
        both.talk()
        await stream.head()

    assert open_still
    assert not both.session.usable
    assert both.transport.closed
    both.session.abort("done")
