# SPDX-License-Identifier: Apache-2.0
"""Calls of our own."""

import asyncio
import gzip
from pathlib import Path

import pytest
from unit.resmgr.relay import stage
from unit.resmgr.wire import playbook

from resmgr.relay import unary
from resmgr.wire import codes, events, fields
from resmgr.wire.grpc import codes as grpc_codes
from resmgr.wire.grpc import messages, statuses

Code = grpc_codes.Code
METHOD = "/runtime.v1.RuntimeService/Version"


async def test_a_call(tmp_path: Path) -> None:
    """The message of the reply is given; deadline and metadata are sent."""
    async with stage.opened(tmp_path) as on:
        metadata = ((b"x-meta", b"1"),)
        reply = await unary.call(on.upstream, METHOD, b"hello", timeout=5, metadata=metadata)
        heard = on.runtime.side.heads()[0].block

        assert reply == b"hello"
        assert heard.get(b":path") == METHOD.encode()
        assert heard.get(b"grpc-timeout") == b"5000000u"
        assert heard.get(b"x-meta") == b"1"


async def test_a_large_call(tmp_path: Path) -> None:
    """16 MiB there and back."""
    async with stage.opened(tmp_path) as on:
        content = b"x" * (16 * 1024 * 1024)

        assert await unary.call(on.upstream, METHOD, content, timeout=None) == content


Answer = list[fields.Block | bytes | int]

HEAD = stage.RESPONSE
NOT_FOUND = statuses.Status(Code.NOT_FOUND, "gone")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([statuses.trailers_only(NOT_FOUND)], Code.NOT_FOUND),
        ([HEAD, statuses.trailers(NOT_FOUND)], Code.NOT_FOUND),
        ([HEAD, messages.frame(b"x"), statuses.trailers(NOT_FOUND)], Code.NOT_FOUND),
        ([HEAD, stage.OK], Code.INTERNAL),
        ([HEAD, messages.frame(b"long")[:-1], stage.OK], Code.INTERNAL),
        ([HEAD, messages.frame(b"x") * 2, stage.OK], Code.INTERNAL),
        ([HEAD, b"\0\xff\xff\xff\xff", stage.OK], Code.RESOURCE_EXHAUSTED),
        ([HEAD, messages.frame(b"x", compressed=True), stage.OK], Code.INTERNAL),
        ([HEAD, messages.frame(b"x"), b""], Code.INTERNAL),
        ([fields.Block(((b":status", b"503"),)), b"busy", b""], Code.UNAVAILABLE),
        ([HEAD, messages.frame(b"x"), fields.Block(((b"x", b"y"),))], Code.INTERNAL),
        ([codes.ErrorCode.REFUSED_STREAM], Code.UNAVAILABLE),
        ([HEAD, codes.ErrorCode.CANCEL], Code.CANCELLED),
        ([fields.Block(((b"no", b"status"),))], Code.INTERNAL),
    ],
)
async def test_every_other_outcome_is_a_status(tmp_path: Path, answer: Answer, code: Code) -> None:
    """Whatever a runtime answers, the caller gets a status that says it."""

    def play(side: stage.Side, event: events.Event) -> None:
        if not isinstance(event, events.DataReceived):
            return
        for index, part in enumerate(answer):
            last = index == len(answer) - 1
            if isinstance(part, fields.Block):
                side.connection.headers(event.stream_id, part, end_stream=last)
            elif isinstance(part, bytes):
                side.connection.data(event.stream_id, memoryview(part), end_stream=last)
            else:
                side.connection.reset(event.stream_id, part)
        side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = play
        with pytest.raises(statuses.CallError) as found:
            await unary.call(on.upstream, METHOD, b"", timeout=5)

        assert found.value.status.code is code
        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_call_that_the_runtime_refused_is_made_once_more(tmp_path: Path) -> None:
    """A refused stream was not begun, so that nothing happens twice."""

    def play(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            on.runtime.told = stage.echo
            side.reset(event.stream_id, codes.ErrorCode.REFUSED_STREAM)

    async with stage.opened(tmp_path) as on:
        on.runtime.told = play

        assert await unary.call(on.upstream, METHOD, b"hello", timeout=5) == b"hello"
        assert len(on.runtime.side.heads()) == 2


@pytest.mark.parametrize(("head", "calls"), [(False, 2), (True, 1)])
async def test_a_refused_call_is_not_made_again_and_again(
    tmp_path: Path, *, head: bool, calls: int
) -> None:
    """One that is refused twice stays so, and what was begun with was not refused."""

    def play(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            if head:
                side.connection.headers(event.stream_id, HEAD)
                side.flush()
            side.reset(event.stream_id, codes.ErrorCode.REFUSED_STREAM)

    async with stage.opened(tmp_path) as on:
        on.runtime.told = play
        with pytest.raises(statuses.CallError) as found:
            await unary.call(on.upstream, METHOD, b"hello", timeout=5)

        assert found.value.status.code is Code.UNAVAILABLE
        assert len(on.runtime.side.heads()) == calls


async def test_a_call_that_a_good_bye_leaves_out_is_made_on_the_next_connection(
    tmp_path: Path,
) -> None:
    """The GOAWAY names the last stream that the runtime will serve; this one comes after it."""

    def play(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            on.runtime.told = stage.echo
            assert side.transport is not None
            side.transport.write(playbook.frame(playbook.GOAWAY, 0, 0, bytes(8)))

    async with stage.opened(tmp_path) as on:
        on.runtime.told = play

        assert await unary.call(on.upstream, METHOD, b"hello", timeout=5) == b"hello"
        assert [len(side.heads()) for side in on.runtime.sides] == [1, 1]


async def test_a_compressed_reply(tmp_path: Path) -> None:
    """It is read where its encoding is known."""

    def play(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            head = fields.Block((*HEAD.fields, (b"grpc-encoding", b"gzip")))
            framed = messages.frame(gzip.compress(b"hello"), compressed=True)
            side.connection.headers(event.stream_id, head)
            side.connection.data(event.stream_id, memoryview(framed))
            side.connection.headers(event.stream_id, stage.OK, end_stream=True)
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = play

        assert await unary.call(on.upstream, METHOD, b"", timeout=5) == b"hello"


async def test_a_deadline(tmp_path: Path) -> None:
    """A call that takes too long ends, and is cancelled at the runtime."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        with pytest.raises(statuses.CallError) as found:
            await unary.call(on.upstream, METHOD, b"", timeout=0.02)

        assert found.value.status.code is Code.DEADLINE_EXCEEDED
        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_caller_that_is_cancelled(tmp_path: Path) -> None:
    """The runtime's call is cancelled with it."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        async with asyncio.TaskGroup() as tasks:
            calling = tasks.create_task(
                unary.call(on.upstream, METHOD, b"", timeout=None), name="calling"
            )
            await stage.until(on.runtime.side.heads)
            calling.cancel()

        await stage.until(lambda: on.runtime.side.connection.streams == 0)


async def test_a_runtime_that_is_away(tmp_path: Path) -> None:
    """The call fails, with the socket in its message."""
    async with stage.opened(tmp_path, absent=True) as on:
        with pytest.raises(statuses.CallError) as found:
            await unary.call(on.upstream, METHOD, b"", timeout=5)

        assert found.value.status.code is Code.UNAVAILABLE
        assert "runtime.sock: No such file or directory" in found.value.status.message


async def test_a_runtime_that_dies(tmp_path: Path) -> None:
    """Calls under way fail."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: on.runtime.stop()
        with pytest.raises(statuses.CallError) as found:
            await unary.call(on.upstream, METHOD, b"", timeout=5)

        assert found.value.status.code is Code.UNAVAILABLE
