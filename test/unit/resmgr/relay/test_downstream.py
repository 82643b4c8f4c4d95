# SPDX-License-Identifier: Apache-2.0
"""Connections of clients."""

from pathlib import Path

from unit.resmgr.relay import stage

from resmgr.wire import events, fields, limits
from resmgr.wire.grpc import codes, statuses


def replaced(block: fields.Block, name: bytes, value: bytes) -> fields.Block:
    """Give a head with another value."""
    return fields.Block(tuple((key, value if key == name else old) for key, old in block.fields))


async def test_a_service_without_a_runtime(tmp_path: Path) -> None:
    """The route's own status is the answer; see `router` for what it says."""
    async with stage.opened(tmp_path, image=False) as on:
        client = await on.client()
        block = replaced(stage.head("X"), b":path", b"/runtime.v1.ImageService/ListImages")
        status = await client.ended(client.request(block, b""))

        assert status == statuses.Status(
            codes.Code.UNKNOWN, "cri/client: no CRI ImageService client"
        )


async def test_more_streams_than_allowed(tmp_path: Path) -> None:
    """A connection has its limit of streams; the next one is refused."""
    bounds = limits.Limits(concurrent_streams=3)
    async with stage.opened(tmp_path, bounds=bounds) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        sent = [client.request(stage.head("X"), b"") for _ in range(4)]
        await stage.until(lambda: client.of(sent[3]))

        (reset,) = client.of(sent[3])
        assert isinstance(reset, events.StreamReset)
        assert len(on.runtime.side.heads()) == 3


async def test_a_client_that_breaks_the_rules(tmp_path: Path) -> None:
    """Its connection ends with its calls, the next client is served."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client, other = await on.client(), await on.client()
        client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        assert client.transport is not None
        client.transport.write(b"\0\0\x01\0\0\0\0\0\0x")
        await stage.until(lambda: client.closed)
        assert any(isinstance(event, events.GoAwayReceived) for event in client.events)
        await stage.until(lambda: on.runtime.side.connection.streams == 0)
        on.runtime.told = stage.echo

        assert await other.ended(other.request(stage.head("X"), b"")) == statuses.OK


async def test_heads_that_are_judged_once(tmp_path: Path) -> None:
    """What is known about heads does not grow with their number."""
    async with stage.opened(tmp_path) as on:
        client = await on.client()
        for number in range(200):
            stream_id = client.request(stage.head(f"Method{number}"), b"")
            assert await client.ended(stream_id) == statuses.OK

        link = await on.link()
        assert len(link._known) <= 64
