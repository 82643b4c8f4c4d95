# SPDX-License-Identifier: Apache-2.0
"""Requests that are not gRPC."""

from pathlib import Path

import pytest
from unit.resmgr.relay import stage

from resmgr.relay import refuse
from resmgr.wire import fields


def replaced(block: fields.Block, name: bytes, value: bytes) -> fields.Block:
    """Give a head with another value."""
    return fields.Block(tuple((key, value if key == name else old) for key, old in block.fields))


PLAIN = replaced(stage.head("X"), b"content-type", b"text/html")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [(b":method", b"GET", b"405"), (b"content-type", b"text/html", b"415")],
)
async def test_what_is_not_grpc(tmp_path: Path, name: bytes, value: bytes, status: bytes) -> None:
    """It is answered as HTTP does, with a word for a person, and never reaches the runtime."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        stream_id = client.request(replaced(stage.head("X"), name, value), b"")
        await stage.until(lambda: client.content(stream_id))

        assert client.heads()[0].block.get(b":status") == status
        assert client.content(stream_id) == b"this is a gRPC server\n"
        assert on.runtime.side.heads() == []


@pytest.mark.parametrize("kind", [b"application/grpc", b"application/grpc+proto"])
def test_what_is_grpc(kind: bytes) -> None:
    """Any of gRPC's content types is one."""
    assert refuse.answer_to(replaced(stage.head("X"), b"content-type", kind)) is None


async def test_the_request_is_read_first(tmp_path: Path) -> None:
    """The answer waits for the end of the request, whatever ends it."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        with_end = client.connection.request(PLAIN, end_stream=True)
        with_data, with_trailers = (client.request(PLAIN) for _ in range(2))
        await stage.until(lambda: client.content(with_end))
        assert not client.content(with_data)
        client.connection.data(with_data, memoryview(b"x"), end_stream=True)
        client.connection.headers(with_trailers, fields.Block(((b"x", b"y"),)), end_stream=True)
        client.flush()

        await stage.until(lambda: client.content(with_data) and client.content(with_trailers))


async def test_a_request_that_does_not_end(tmp_path: Path) -> None:
    """After a mebibyte it is answered all the same, and told to stop."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        stream_id = client.request(PLAIN)
        client.connection.data(stream_id, memoryview(bytes(3_000_000)))
        client.flush()

        await stage.until(lambda: client.content(stream_id))
        await stage.until(lambda: client.connection.streams == 0)


async def test_a_client_that_gives_up(tmp_path: Path) -> None:
    """Nothing is left of its request."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        stream_id = client.request(PLAIN)
        link = await on.link()
        await stage.until(lambda: link.calls)
        client.reset(stream_id, 8)

        await stage.until(lambda: not link.calls)
