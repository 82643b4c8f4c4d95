# SPDX-License-Identifier: Apache-2.0
"""Reading along."""

import asyncio
import gzip
from pathlib import Path

import pytest
from unit.resmgr.relay import stage

from resmgr.relay import observe
from resmgr.wire import codes, events, fields
from resmgr.wire.grpc import codes as grpc_codes
from resmgr.wire.grpc import messages, statuses

Code = grpc_codes.Code


async def observed(on: stage.Stage, seen: list[observe.Observed], *, content: bytes) -> None:
    """Make a call, and wait until it was told."""
    client = await on.client()
    client.request(stage.head("ListContainers"), content)
    await stage.until(lambda: seen)
    await stage.until(lambda: client.of(1) and client.connection.streams == 0)


async def test_a_call_is_told_after_its_answer(tmp_path: Path) -> None:
    """Request, response, status and time of a call that passed unchanged."""
    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        await observed(on, seen, content=b"hello")
        assert on.clients[0].content(1) == messages.frame(b"hello")
    (one,) = seen

    assert one.method == "/runtime.v1.RuntimeService/ListContainers"
    assert (one.request, one.response, one.status) == (b"hello", b"hello", statuses.OK)
    assert one.seconds >= 0


async def test_a_compressed_answer_is_read(tmp_path: Path) -> None:
    """The client gets it as it is, the observer its content."""
    head = fields.Block((*stage.RESPONSE.fields, (b"grpc-encoding", b"gzip")))
    framed = messages.frame(gzip.compress(b"content"), compressed=True)

    def answer(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.connection.headers(event.stream_id, head)
            side.connection.data(event.stream_id, memoryview(framed))
            side.connection.headers(event.stream_id, stage.OK, end_stream=True)
            side.flush()

    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        on.runtime.told = answer
        await observed(on, seen, content=b"")
        assert on.clients[0].content(1) == framed

    assert seen[0].response == b"content"


async def test_an_error_is_told(tmp_path: Path) -> None:
    """Without a response there is a status."""

    def refuse(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            block = statuses.trailers_only(statuses.Status(Code.NOT_FOUND, "gone"))
            side.connection.headers(event.stream_id, block, end_stream=True)
            side.flush()

    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        on.runtime.told = refuse
        await observed(on, seen, content=b"hello")

    assert seen[0].response is None
    assert seen[0].request == b"hello"
    assert seen[0].status == statuses.Status(Code.NOT_FOUND, "gone")


@pytest.mark.parametrize("by_client", [True, False])
async def test_a_reset_is_told(tmp_path: Path, by_client: bool) -> None:  # noqa: FBT001
    """A call that ends early has a status too."""
    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("ListContainers"), b"")
        await stage.until(on.runtime.side.heads)
        side = client if by_client else on.runtime.side
        side.reset(stream_id if by_client else 1, codes.ErrorCode.CANCEL)
        await stage.until(lambda: seen)

    assert seen[0].status.code is Code.CANCELLED


async def test_more_than_one_message_is_left_out(tmp_path: Path) -> None:
    """A stream of messages is not kept, and passes as it is."""

    def stream(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.connection.headers(event.stream_id, stage.RESPONSE)
            side.connection.data(event.stream_id, memoryview(messages.frame(b"x") * 2))
            side.connection.headers(event.stream_id, stage.OK, end_stream=True)
            side.flush()

    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        on.runtime.told = stream
        await observed(on, seen, content=b"")
        assert on.clients[0].content(1) == messages.frame(b"x") * 2

    assert seen[0].response is None


async def test_what_is_over_the_limit_is_left_out_and_passes(tmp_path: Path) -> None:
    """A response over 16 MiB reaches the client, and no copy of it is kept."""
    large = 17 * 1024 * 1024

    def answer(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            side.connection.headers(event.stream_id, stage.RESPONSE)
            side.connection.data(event.stream_id, memoryview(bytes(large)))
            side.connection.headers(event.stream_id, stage.OK, end_stream=True)
            side.flush()

    seen: list[observe.Observed] = []
    async with stage.opened(tmp_path, observers={"ListContainers": seen.append}) as on:
        on.runtime.told = answer
        await observed(on, seen, content=b"")
        await on.clients[0].ended(1)
        assert len(on.clients[0].content(1)) == large

    assert seen[0].response is None


@pytest.mark.parametrize("look", [True, False])
async def test_copies_are_given_back(*, look: bool) -> None:
    """Once, whether somebody looks at them or not; looking at the request alone gives nothing."""
    budget = observe.Budget(20)
    taken: list[observe.Recorder] = []
    loop = asyncio.get_running_loop()
    record = observe.Recorder(stage.head("ListContainers"), taken.append, budget, loop)
    for copy in (record.request, record.response):
        copy(memoryview(messages.frame(b"hello")))
    record.ended(statuses.OK)
    request = record.request_message
    full = budget.take(1)
    if look:
        assert record.observed().response == b"hello"
    record.drop()

    assert taken == [record]
    assert record.answered is False
    assert (request, full) == (b"hello", False)
    assert budget.take(20)


def kept(parts: list[memoryview], size: int) -> tuple[observe.Recorder, observe.Budget]:
    """Record a response that came in these parts, with so much of a budget."""
    budget = observe.Budget(size)
    loop = asyncio.new_event_loop()
    record = observe.Recorder(stage.head("ListContainers"), lambda _: None, budget, loop)
    for part in parts:
        record.response(part)
    record.ended(statuses.OK)
    loop.close()
    return record, budget


def test_a_copy_of_many_small_frames_has_few_pieces() -> None:
    """What is kept costs little more memory than what is counted."""
    view = memoryview(messages.frame(b"y" * 3000))
    record, _ = kept([view[start : start + 1] for start in range(len(view))], len(view))

    assert len(record._response._chunks) == 3
    assert record.observed().response == b"y" * 3000


def test_what_a_copy_counts() -> None:
    """A copy counts what it holds, and is left out where that is too much."""
    view = memoryview(messages.frame(b"y" * 995))
    record, budget = kept([view[:500], view[500:]], 1000)
    full = not budget.take(1)
    broken, _ = kept([view[:500], view[500:]], 999)

    assert full
    assert record.observed().response == b"y" * 995
    assert budget.take(1000)
    assert broken.answered is False
    assert broken.observed().response is None


def test_a_budget() -> None:
    """What is given back can be taken again, and no more."""
    budget = observe.Budget(10)

    assert budget.take(10)
    assert not budget.take(1)
    budget.give(4)
    assert budget.take(4)
    assert not budget.take(1)
