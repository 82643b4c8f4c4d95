# SPDX-License-Identifier: Apache-2.0
"""Calls that a handler takes."""

import asyncio
import gzip
from pathlib import Path

import pytest
from unit.resmgr.relay import stage

from resmgr.relay import intercept, unary
from resmgr.wire import codes, events, fields, limits
from resmgr.wire.grpc import codes as grpc_codes
from resmgr.wire.grpc import messages, statuses

Code = grpc_codes.Code


async def forward(call: intercept.Call) -> unary.Reply:
    """Forward as it came."""
    return await call.forward()


async def change(call: intercept.Call) -> unary.Reply:
    """Forward another message, and answer with yet another one."""
    reply = await call.forward(call.message + b", changed")
    return unary.Reply(message=reply.message.upper())


async def answer(call: intercept.Call) -> unary.Reply:
    """Answer without the runtime."""
    return unary.Reply(message=b"from here: " + call.message)


async def refuse(_call: intercept.Call) -> unary.Reply:
    """Answer with a status."""
    raise statuses.CallError(Code.RESOURCE_EXHAUSTED, "no CPUs left")


async def fail(_call: intercept.Call) -> unary.Reply:
    """Fail before anything was forwarded."""
    raise ZeroDivisionError


async def fail_late(call: intercept.Call) -> unary.Reply:
    """Fail with the runtime's answer in hand."""
    await call.forward(b"changed")
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("handler", "content"),
    [
        (forward, b"hello"),
        (change, b"HELLO, CHANGED"),
        (answer, b"from here: hello"),
        (fail, b"hello"),
        (fail_late, b"changed"),
    ],
)
@pytest.mark.parametrize("version", ["v1", "v1alpha2"])
async def test_what_the_client_gets(
    tmp_path: Path, handler: intercept.Handler, content: bytes, version: str
) -> None:
    """A handler decides, and one that fails costs the client nothing; both versions alike."""
    async with stage.opened(tmp_path, handlers={"CreateContainer": handler}) as on:
        client = await on.client()
        block = stage.head("CreateContainer")
        path = f"/runtime.{version}.RuntimeService/CreateContainer".encode()
        block = fields.Block(
            tuple((key, path if key == b":path" else it) for key, it in block.fields)
        )
        stream_id = client.request(block, b"hello")

        assert await client.ended(stream_id) == statuses.OK
        assert client.content(stream_id) == messages.frame(content)


async def test_a_refusal(tmp_path: Path) -> None:
    """A handler's CallError is the call's status; the runtime hears nothing."""
    async with stage.opened(tmp_path, handlers={"X": refuse}) as on:
        client = await on.client()
        status = await client.ended(client.request(stage.head("X"), b""))

        assert status == statuses.Status(Code.RESOURCE_EXHAUSTED, "no CPUs left")
        assert on.runtime.side.heads() == []


async def test_an_error_of_the_runtime_keeps_its_details(tmp_path: Path) -> None:
    """A reply that is handed on unchanged has the runtime's own trailers."""
    details = fields.Block(
        ((b":status", b"200"), (b"grpc-status", b"5"), (b"grpc-status-details-bin", b"AAE"))
    )

    def refuse_it(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.connection.headers(event.stream_id, details, end_stream=True)
            side.flush()

    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        on.runtime.told = refuse_it
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        assert (await client.ended(stream_id)).code is Code.NOT_FOUND

        assert client.heads()[0].block.get(b"grpc-status-details-bin") == b"AAE"


async def test_what_the_runtime_hears(tmp_path: Path) -> None:
    """Metadata goes on, the deadline is what is left of it, and no compression is offered."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        client = await on.client()
        block = stage.head(
            "X", (b"x-meta", b"1"), (b"grpc-timeout", b"5S"), (b"grpc-accept-encoding", b"gzip")
        )
        await client.ended(client.request(block, b""))
        heard = on.runtime.side.heads()[0].block

        assert heard.get(b"x-meta") == b"1"
        assert heard.get(b"grpc-accept-encoding") is None
        assert (heard.get(b"grpc-timeout") or b"").endswith(b"u")
        assert heard.get(b":path") == b"/runtime.v1.RuntimeService/X"


async def test_what_a_handler_sees(tmp_path: Path) -> None:
    """Method, message, metadata, what is left of the deadline, and who calls."""
    seen: list[intercept.Call] = []
    left: list[float | None] = []

    async def look(call: intercept.Call) -> unary.Reply:
        seen.append(call)
        left.append(call.remaining())
        return unary.Reply()

    async with stage.opened(tmp_path, handlers={"X": look}) as on:
        client = await on.client()
        block = stage.head("X", (b"x-meta", b"1"), (b"grpc-timeout", b"5S"))
        await client.ended(client.request(block, b"hello"))
        await client.ended(client.request(stage.head("X"), b""))
    first, second = seen

    assert first.method == "/runtime.v1.RuntimeService/X"
    assert first.message == b"hello"
    assert (b"x-meta", b"1") in first.metadata
    assert not any(name.startswith(b":") for name, _ in first.metadata)
    assert first.peer is not None
    assert first.peer.pid > 0
    assert left[0] is not None
    assert 4 < left[0] <= 5
    assert left[1] is None
    assert second.deadline is None


async def test_a_call_is_forwarded_once(tmp_path: Path) -> None:
    """A second time is a mistake of the handler, and the first reply counts."""

    async def twice(call: intercept.Call) -> unary.Reply:
        await call.forward(b"first")
        return await call.forward(b"second")

    async with stage.opened(tmp_path, handlers={"X": twice}) as on:
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await client.ended(stream_id)

        assert client.content(stream_id) == messages.frame(b"first")
        assert len(on.runtime.side.heads()) == 1


def silent(side: stage.Side, event: events.Event) -> None:
    """Never answer."""


@pytest.mark.parametrize("leave", [True, False])
async def test_a_client_that_gives_up(tmp_path: Path, leave: bool) -> None:  # noqa: FBT001
    """The handler is cancelled, and with it the runtime's call."""
    cancelled = asyncio.Event()

    async def patient(call: intercept.Call) -> unary.Reply:
        try:
            return await call.forward()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with stage.opened(tmp_path, handlers={"X": patient}) as on:
        on.runtime.told = silent
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        if leave:
            assert client.transport is not None
            client.transport.abort()
        else:
            client.reset(stream_id, codes.ErrorCode.CANCEL)

        await stage.until(cancelled.is_set)
        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_deadline_that_passes(tmp_path: Path) -> None:
    """The client is told, the handler and the runtime's call are cancelled."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        on.runtime.told = silent
        client = await on.client()
        status = await client.ended(client.request(stage.head("X", (b"grpc-timeout", b"30m")), b""))

        assert status.code is Code.DEADLINE_EXCEEDED
        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_relay_that_stops(tmp_path: Path) -> None:
    """A handler that is cancelled with the relay still tells its client."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        on.runtime.told = silent
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        [task.cancel() for task in asyncio.all_tasks() if task.get_name().endswith("/X")]

        assert (await client.ended(stream_id)).code is Code.UNAVAILABLE


def open_request(client: stage.Side, *parts: bytes, end: bool) -> int:
    """Send content that is no single message."""
    stream_id = client.connection.request(stage.head("X"))
    for index, part in enumerate(parts):
        last = end and index == len(parts) - 1
        client.connection.data(stream_id, memoryview(part), end_stream=last)
    client.flush()
    return stream_id


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((b"\0\0\0\0\x05hel",), Code.INTERNAL),
        ((b"",), Code.INTERNAL),
        ((messages.frame(b"one") + messages.frame(b"two"),), Code.UNIMPLEMENTED),
        ((b"\0\xff\xff\xff\xff",), Code.RESOURCE_EXHAUSTED),
    ],
)
async def test_requests_that_are_no_message(
    tmp_path: Path, parts: tuple[bytes, ...], code: Code
) -> None:
    """Each has its status, and the handler never sees it."""
    async with stage.opened(tmp_path, handlers={"X": fail}) as on:
        client = await on.client()
        status = await client.ended(open_request(client, *parts, end=True))

        assert status.code is code
        assert on.runtime.side.heads() == []


async def test_a_request_without_content(tmp_path: Path) -> None:
    """A head that ends the stream has no message."""
    async with stage.opened(tmp_path, handlers={"X": fail}) as on:
        client = await on.client()
        stream_id = client.connection.request(stage.head("X"), end_stream=True)
        client.flush()

        assert (await client.ended(stream_id)).code is Code.INTERNAL


async def test_a_compressed_request(tmp_path: Path) -> None:
    """A handler sees the message itself, and it goes on uncompressed."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        client = await on.client()
        stream_id = client.connection.request(stage.head("X", (b"grpc-encoding", b"gzip")))
        framed = messages.frame(gzip.compress(b"hello"), compressed=True)
        client.connection.data(stream_id, memoryview(framed), end_stream=True)
        client.flush()
        await client.ended(stream_id)

        assert on.runtime.side.content(1) == messages.frame(b"hello")
        assert on.runtime.side.heads()[0].block.get(b"grpc-encoding") is None


@pytest.mark.parametrize("encoding", [b"zstd", b"gzip", b"identity"])
async def test_a_request_that_cannot_be_read_is_passed_on(tmp_path: Path, encoding: bytes) -> None:
    """An unknown encoding, or damaged data, is for the runtime to judge."""
    async with stage.opened(tmp_path, handlers={"X": answer}) as on:
        client = await on.client()
        stream_id = client.connection.request(stage.head("X", (b"grpc-encoding", encoding)))
        framed = messages.frame(b"secret", compressed=True)
        client.connection.data(stream_id, memoryview(framed), end_stream=True)
        client.flush()
        await client.ended(stream_id)

        assert on.runtime.side.content(1) == framed
        assert on.runtime.side.heads()[0].block.get(b"grpc-encoding") == encoding


async def test_large_requests_in_pieces(tmp_path: Path) -> None:
    """A request larger than the stream's window is taken."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"x" * 3_000_000)
        await client.ended(stream_id)

        assert len(client.content(stream_id)) == 3_000_005


async def test_requests_that_do_not_end_are_bounded(tmp_path: Path) -> None:
    """What all unfinished requests may hold is limited; over that one is refused."""
    async with stage.opened(tmp_path, handlers={"X": forward}) as on:
        client = await on.client()
        part = b"\0\0\xf4\x24\x00" + b"x" * 15_900_000
        sent = [open_request(client, part, end=False) for _ in range(5)]

        def refused() -> list[int]:
            return [stream_id for stream_id in sent if client.status(stream_id)]

        await stage.until(refused)
        assert len(refused()) == 1
        status = client.status(refused()[0])
        assert status is not None
        assert status.code is Code.RESOURCE_EXHAUSTED


async def test_replies_that_are_not_taken_are_bounded(tmp_path: Path) -> None:
    """What waits for slow clients is limited; when it has gone, there is room again."""

    async def large(_call: intercept.Call) -> unary.Reply:
        return unary.Reply(message=bytes(100_000))

    async with stage.opened(tmp_path, handlers={"X": large}, budget=150_000) as on:
        client = await on.client(bounds=limits.Limits(stream_window=65_535))
        client.consume = False
        first = client.request(stage.head("X"), b"")
        await stage.until(lambda: len(client.content(first)) > 60_000)
        refused = await client.ended(client.request(stage.head("X"), b""))
        client.connection.consumed(first, 65_535)
        client.flush()
        await client.ended(first)
        client.consume = True
        last = client.request(stage.head("X"), b"")

        assert refused.code is Code.RESOURCE_EXHAUSTED
        assert len(client.content(first)) == 100_005
        assert await client.ended(last) == statuses.OK
