# SPDX-License-Identifier: Apache-2.0
"""Calls that pass through: nothing is changed, lost, or held up by another one."""

import asyncio
from pathlib import Path

import pytest
from unit.resmgr.relay import stage

from resmgr.wire import codes, events, fields, limits
from resmgr.wire.grpc import codes as grpc_codes
from resmgr.wire.grpc import messages, statuses

Code = grpc_codes.Code


async def test_a_call_passes_unchanged(tmp_path: Path) -> None:
    """Head, content and answer arrive as they were sent."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        block = stage.head("Anything", (b"x-meta", b"data"), (b"grpc-timeout", b"10S"))
        stream_id = client.request(block, b"hello")
        status = await client.ended(stream_id)

        assert status == statuses.OK
        assert client.content(stream_id) == messages.frame(b"hello")
        assert sorted(on.runtime.side.heads()[0].block.fields) == sorted(block.fields)


async def test_compressed_messages_pass(tmp_path: Path) -> None:
    """Nobody looks into content: the compressed flag and the encoding arrive."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        stream_id = client.connection.request(stage.head("X", (b"grpc-encoding", b"gzip")))
        framed = messages.frame(b"whatever", compressed=True)
        client.connection.data(stream_id, memoryview(framed), end_stream=True)
        client.flush()
        await client.ended(stream_id)

        assert on.runtime.side.content(1) == framed
        assert on.runtime.side.heads()[0].block.get(b"grpc-encoding") == b"gzip"


async def test_an_error_of_the_runtime_passes(tmp_path: Path) -> None:
    """A response that is nothing but trailers arrives as such."""

    def refuse(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            status = statuses.Status(Code.NOT_FOUND, "no such container")
            side.connection.headers(
                event.stream_id, statuses.trailers_only(status), end_stream=True
            )
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = refuse
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")

        assert await client.ended(stream_id) == statuses.Status(Code.NOT_FOUND, "no such container")
        assert len(client.of(stream_id)) == 1


async def test_many_calls_at_a_time(tmp_path: Path) -> None:
    """A hundred streams of three clients do not mix."""
    async with stage.opened(tmp_path) as on:
        clients = [await on.client() for _ in range(3)]
        sent = [
            (client, client.request(stage.head("X"), b"%d-%d" % (number, index)))
            for number, client in enumerate(clients)
            for index in range(100)
        ]
        for client, stream_id in sent:
            assert await client.ended(stream_id) == statuses.OK
        for number, client in enumerate(clients):
            for index in range(100):
                assert client.content(1 + 2 * index) == messages.frame(b"%d-%d" % (number, index))


async def test_a_large_message_passes(tmp_path: Path) -> None:
    """16 MiB there and back, through windows that are much smaller."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        content = bytes(range(256)) * 65_536
        stream_id = client.request(stage.head("X"), content)
        await client.ended(stream_id)

        assert client.content(stream_id) == messages.frame(content)


async def test_server_streaming(tmp_path: Path) -> None:
    """Each message reaches the client while the call goes on."""

    def begin(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.HeadersReceived):
            side.connection.headers(event.stream_id, stage.RESPONSE)
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = begin
        client = await on.client()
        stream_id = client.request(stage.head("GetContainerEvents"), b"")
        for number in range(3):
            await stage.until(lambda: on.runtime.sides and on.runtime.side.heads())
            message = memoryview(messages.frame(b"event %d" % number))
            on.runtime.side.connection.data(1, message)
            on.runtime.side.flush()
            wanted = b"".join(messages.frame(b"event %d" % index) for index in range(number + 1))
            await stage.until(lambda: client.content(stream_id) == wanted)  # noqa: B023

        assert client.status(stream_id) is None


async def test_a_call_that_the_client_cancels(tmp_path: Path) -> None:
    """It is cancelled at the runtime."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        client.reset(stream_id, codes.ErrorCode.CANCEL)
        await stage.until(lambda: len(on.runtime.side.of(1)) == 3)

        reset = on.runtime.side.of(1)[-1]
        assert isinstance(reset, events.StreamReset)
        assert reset.code == codes.ErrorCode.CANCEL


async def test_a_client_that_goes_away(tmp_path: Path) -> None:
    """All its calls are cancelled at the runtime, nobody else's."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        gone, stays = await on.client(), await on.client()
        for client in (gone, gone, stays):
            client.request(stage.head("X"), b"")
            await asyncio.sleep(0)
        await stage.until(lambda: len(on.runtime.side.heads()) == 3)
        assert gone.transport is not None
        gone.transport.abort()

        await stage.until(lambda: on.runtime.side.connection.streams == 1)
        assert on.server.connections == 1


@pytest.mark.parametrize(
    "code",
    [codes.ErrorCode.CANCEL, codes.ErrorCode.REFUSED_STREAM, codes.ErrorCode.INTERNAL_ERROR],
)
async def test_a_stream_that_the_runtime_resets(tmp_path: Path, code: codes.ErrorCode) -> None:
    """The client's stream is reset with the same code."""

    def refuse(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.reset(event.stream_id, code)

    async with stage.opened(tmp_path) as on:
        on.runtime.told = refuse
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(lambda: client.of(stream_id))

        assert client.of(stream_id) == [events.StreamReset(stream_id, code)]


async def test_a_deadline_that_passes(tmp_path: Path) -> None:
    """The client is told, and the runtime's call is cancelled."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("X", (b"grpc-timeout", b"20m")), b"")
        status = await client.ended(stream_id)

        assert status.code is Code.DEADLINE_EXCEEDED
        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_runtime_that_breaks_the_rules(tmp_path: Path) -> None:
    """The client gets a status that says so, not a broken stream."""

    def break_them(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.connection.headers(event.stream_id, fields.Block(((b"no", b"status"),)))
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = break_them
        client = await on.client()
        status = await client.ended(client.request(stage.head("X"), b""))

        assert status.code is Code.INTERNAL
        assert "status" in status.message


async def test_a_runtime_that_dies(tmp_path: Path) -> None:
    """Calls under way end as UNAVAILABLE, before and after the head of their response."""

    def begin(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.HeadersReceived) and event.stream_id == 1:
            side.connection.headers(1, stage.RESPONSE)
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = begin
        client = await on.client()
        first, second = (client.request(stage.head("X"), b"") for _ in range(2))
        await stage.until(lambda: client.of(first) and len(on.runtime.side.heads()) == 2)
        on.runtime.stop()

        assert (await client.ended(first)).code is Code.UNAVAILABLE
        assert (await client.ended(second)).code is Code.UNAVAILABLE
        assert not client.closed


async def test_an_answer_before_the_end_of_the_request(tmp_path: Path) -> None:
    """The client gets it whole, and is asked to stop."""

    def answer(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.HeadersReceived):
            side.answer(event.stream_id, b"early")

    async with stage.opened(tmp_path) as on:
        on.runtime.told = answer
        client = await on.client()
        stream_id = client.request(stage.head("X"))
        await client.ended(stream_id)

        assert client.content(stream_id) == messages.frame(b"early")
        await stage.until(lambda: client.connection.streams == 0)


async def test_a_client_that_does_not_read_stalls_only_itself(tmp_path: Path) -> None:
    """Its call waits at the runtime; others' calls go on, on its own connection too."""
    sent = 0

    def flood(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived) and event.end_stream:
            if side.heads()[-1].block.get(b":path") == b"/runtime.v1.RuntimeService/Flood":
                side.connection.headers(event.stream_id, stage.RESPONSE)
                nonlocal sent
                while not side.connection.backlog and sent < 1000:
                    size = side.connection.data(event.stream_id, memoryview(b"x" * 16_000))
                    side.flush()
                    if not size:
                        return
                    sent += 1
            else:
                stage.echo(side, event)

    small = limits.Limits(stream_window=65_535)
    async with stage.opened(tmp_path, bounds=small) as on:
        on.runtime.told = flood
        client = await on.client(bounds=small)
        client.consume = False
        stuck = client.request(stage.head("Flood"), b"")
        await stage.until(lambda: len(client.content(stuck)) > 60_000)
        other = client.request(stage.head("Echo"), b"hello")

        assert await client.ended(other) == statuses.OK
        assert client.content(other) == messages.frame(b"hello")
        assert sent < 12


async def test_calls_wait_for_a_stream(tmp_path: Path) -> None:
    """Where the runtime allows two streams at a time, ten calls are answered all the same."""
    bounds = limits.Limits(concurrent_streams=2)
    async with stage.opened(tmp_path, runtime_bounds=bounds) as on:
        await stage.until(lambda: on.upstream.settled)
        client = await on.client()
        sent = [client.request(stage.head("X"), b"%d" % number) for number in range(10)]
        for number, stream_id in enumerate(sent):
            assert await client.ended(stream_id) == statuses.OK
            assert client.content(stream_id) == messages.frame(b"%d" % number)


async def test_a_request_that_ends_with_trailers(tmp_path: Path) -> None:
    """GRPC has none there; they arrive all the same."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        stream_id = client.request(stage.head("X"))
        client.connection.headers(stream_id, fields.Block(((b"x", b"y"),)), end_stream=True)
        client.flush()
        await stage.until(lambda: len(on.runtime.side.of(1)) == 2 if on.runtime.sides else False)

        trailers = on.runtime.side.of(1)[1]
        assert isinstance(trailers, events.TrailersReceived)
        assert trailers.block.fields == ((b"x", b"y"),)


async def test_what_is_said_while_a_call_waits(tmp_path: Path) -> None:
    """Content and trailers of calls without a stream come after their head; some give up."""
    bounds = limits.Limits(concurrent_streams=1)
    async with stage.opened(tmp_path, runtime_bounds=bounds) as on:
        await stage.until(lambda: on.upstream.settled)
        on.runtime.told = lambda side, event: None
        client = await on.client()
        first = client.request(stage.head("X"), b"")
        pieces, trailers, empty, leaves = (client.request(stage.head("X")) for _ in range(4))
        for stream_id in (pieces, trailers):
            client.connection.data(stream_id, memoryview(messages.frame(b"one")[:4]))
        client.connection.data(pieces, memoryview(messages.frame(b"one")[4:]), end_stream=True)
        for stream_id in (trailers, empty):
            client.connection.headers(stream_id, fields.Block(((b"x", b"y"),)), end_stream=True)
        client.flush()
        down = await on.link()
        await stage.until(lambda: len(down.calls) == 5)
        client.reset(leaves, codes.ErrorCode.CANCEL)
        await stage.until(lambda: len(down.calls) == 4)
        on.runtime.told = lambda side, event: finish(side, event)  # noqa: PLW0108
        on.runtime.side.answer(1)
        for stream_id in (first, pieces, trailers, empty):
            await client.ended(stream_id)
        side = on.runtime.side

        assert [side.content(number) for number in (3, 5, 7)] == [
            messages.frame(b"one"),
            messages.frame(b"one")[:4],
            b"",
        ]
        assert len(side.heads()) == 4


def finish(side: stage.Side, event: events.Event) -> None:
    """Answer whatever ends a request."""
    ended = isinstance(event, events.TrailersReceived) or getattr(event, "end_stream", False)
    if ended:
        side.answer(event.stream_id)  # type: ignore[union-attr]
