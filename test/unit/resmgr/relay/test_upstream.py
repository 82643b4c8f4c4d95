# SPDX-License-Identifier: Apache-2.0
"""The connection to a runtime, and its absence."""

from pathlib import Path

import pytest
from unit.resmgr.relay import stage
from unit.resmgr.wire import playbook

from resmgr.relay import unary
from resmgr.wire import codes, events, limits
from resmgr.wire.grpc import codes as grpc_codes
from resmgr.wire.grpc import messages, statuses

Code = grpc_codes.Code
METHOD = "/runtime.v1.RuntimeService/Version"


async def test_a_runtime_that_comes_later(tmp_path: Path) -> None:
    """Calls are refused at once until it is there; the client's connection stays."""
    async with stage.opened(tmp_path, absent=True) as on:
        client = await on.client()
        status = await client.ended(client.request(stage.head("Version"), b""))
        assert status.code is Code.UNAVAILABLE
        assert "cannot reach the runtime" in status.message
        await on.runtime.start()
        await stage.until(lambda: on.upstream.connected)
        again = client.request(stage.head("Version"), b"hello")

        assert await client.ended(again) == statuses.OK
        assert not client.closed


async def test_a_runtime_that_restarts(tmp_path: Path) -> None:
    """A lost connection is made again, and the client's stays."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        await client.ended(client.request(stage.head("Version"), b""))
        on.runtime.stop()
        await stage.until(lambda: not on.upstream.connected)
        await on.runtime.start()
        await stage.until(lambda: on.upstream.connected)
        again = client.request(stage.head("Version"), b"hello")

        assert await client.ended(again) == statuses.OK
        assert client.content(again) == messages.frame(b"hello")
        assert len(on.runtime.sides) == 2


async def test_a_runtime_that_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An absence is one line in the log, however often it is tried."""
    async with stage.opened(tmp_path, absent=True) as on:
        for _ in range(3):
            reply = await unary.exchange(on.upstream, unary.request_head(METHOD), b"", timeout=5)
            assert reply.status.code is Code.UNAVAILABLE
        await stage.until(lambda: caplog.records)

        assert caplog.text.count("trying again until it is there") == 1


async def test_a_runtime_that_says_good_bye(tmp_path: Path) -> None:
    """Calls under way end on the old connection, new ones go to a new one."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        first = client.request(stage.head("Version"), b"one")
        await stage.until(on.runtime.side.heads)
        old = on.runtime.side
        old.connection.shut_down()
        old.flush()
        await stage.until(lambda: len(on.runtime.sides) == 2)
        await stage.until(lambda: on.upstream.connected)
        on.runtime.told = stage.echo
        second = client.request(stage.head("Version"), b"two")
        assert await client.ended(second) == statuses.OK
        old.answer(1, b"late")

        assert await client.ended(first) == statuses.OK
        assert client.content(first) == messages.frame(b"late")
        await stage.until(lambda: old.closed)


async def test_streams_that_the_runtime_will_not_see(tmp_path: Path) -> None:
    """They are refused as such, so that a gRPC client tries them again by itself."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("Version"), b"")
        await stage.until(on.runtime.side.heads)
        assert on.runtime.side.transport is not None
        on.runtime.side.transport.write(playbook.frame(playbook.GOAWAY, 0, 0, bytes(8)))
        await stage.until(lambda: client.of(stream_id))

        assert client.of(stream_id) == [
            events.StreamReset(stream_id, codes.ErrorCode.REFUSED_STREAM)
        ]


async def test_a_runtime_that_ends_the_connection_with_an_error_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What it says is in the log, for it is the reason why calls failed."""
    async with stage.opened(tmp_path) as on:
        assert on.runtime.side.transport is not None
        frame = playbook.frame(playbook.GOAWAY, 0, 0, bytes(7) + b"\x0btoo_many_pings")
        on.runtime.side.transport.write(frame)
        await stage.until(lambda: len(on.runtime.sides) == 2)

        assert "ends the connection: ENHANCE_YOUR_CALM b'too_many_pings'" in caplog.text


async def test_a_runtime_that_breaks_the_connection(tmp_path: Path) -> None:
    """Its calls end as UNAVAILABLE, and a new connection is made."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("Version"), b"")
        await stage.until(on.runtime.side.heads)
        assert on.runtime.side.transport is not None
        on.runtime.side.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        assert (await client.ended(stream_id)).code is Code.UNAVAILABLE
        await stage.until(lambda: len(on.runtime.sides) == 2)


async def test_each_connection_is_told(tmp_path: Path) -> None:
    """The relay's socket takes over the runtime's access rights then."""
    async with stage.opened(tmp_path) as on:
        assert len(on.connections) == 1
        assert on.runtime.side.transport is not None
        on.runtime.side.transport.abort()

        await stage.until(lambda: len(on.connections) == 2)


async def test_a_runtime_that_does_not_read(tmp_path: Path) -> None:
    """Calls wait instead of filling memory, and begin when it reads again."""
    bounds = limits.Limits(unread_replies=2000)
    async with stage.opened(tmp_path, bounds=bounds) as on:
        client = await on.client()
        await client.ended(client.request(stage.head("Version"), b""))
        link = on.upstream._link
        assert link is not None
        link.pause_writing()
        sent = [client.request(stage.head("Version", (b"x", b"y" * 200)), b"") for _ in range(40)]
        down = await on.link()
        await stage.until(lambda: len(down.calls) == 40)
        begun = link.connection.streams
        link.resume_writing()

        assert 5 < begun < 15
        for stream_id in sent:
            assert await client.ended(stream_id) == statuses.OK
