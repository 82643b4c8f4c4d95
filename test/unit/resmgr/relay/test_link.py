# SPDX-License-Identifier: Apache-2.0
"""Connections on transports that are full."""

import asyncio
import logging
import socket
import struct
from pathlib import Path

import pytest
from unit.resmgr.relay import stage
from unit.resmgr.wire import playbook

from resmgr.wire import codes
from resmgr.wire.grpc import messages

PING = playbook.frame(playbook.PING, 0, 0, b"12345678")
WIDE = playbook.settings(initial_window_size=2**31 - 1) + playbook.frame(
    playbook.WINDOW, 0, 0, struct.pack(">L", 2**31 - 1 - 65_535)
)


def connected(path: str) -> socket.socket:
    """Connect a client that writes bytes and need not read."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    client.setblocking(False)  # noqa: FBT003
    return client


async def write(client: socket.socket, data: bytes) -> int:
    """Write until the other side does not read for a tenth of a second; gives how much went."""
    loop = asyncio.get_running_loop()
    sent = 0
    try:
        for start in range(0, len(data), 65_536):
            async with asyncio.timeout(0.1):
                await loop.sock_sendall(client, data[start : start + 65_536])
            sent += 65_536
    except TimeoutError:
        pass
    return sent


async def test_a_client_that_asks_and_never_reads_is_not_read_either(tmp_path: Path) -> None:
    """Answers that nobody reads stop at a bound; once they are read, everything goes on."""
    async with stage.opened(tmp_path) as on:
        with connected(on.server.path) as client:
            asked = playbook.PREFACE + playbook.settings()
            sent = await write(client, asked + PING * 15_000)
            link = await on.link()
            assert link.transport is not None
            held = link.transport.get_write_buffer_size()
            loop = asyncio.get_running_loop()
            heard = 0
            async with asyncio.timeout(5):
                while heard < 17 * 1000:
                    heard += len(await loop.sock_recv(client, 65_536))

            assert sent > 0
            assert held < 1_000_000


async def test_a_peer_that_writes_on_after_our_farewell_is_heard_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It gets the GOAWAY and no answer any more, and nothing breaks."""
    async with stage.opened(tmp_path) as on:
        with connected(on.server.path) as client:
            await write(client, playbook.PREFACE + playbook.settings())
            link = await on.link()
            link.give_up(codes.ErrorCode.NO_ERROR, "bye")
            link.flush()
            link.get_buffer(0)[: len(PING)] = PING
            link.buffer_updated(len(PING))
            heard = b""
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(5):
                while got := await loop.sock_recv(client, 65_536):
                    heard += got

    assert b"bye" in heard
    assert "12345678" not in heard.decode("latin-1")
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_a_window_of_gigabytes_fills_no_memory(tmp_path: Path) -> None:
    """A client that allows everything and reads nothing costs a bounded buffer."""

    def flood(side: stage.Side, event: object) -> None:
        if getattr(event, "end_stream", False):
            side.connection.headers(1, stage.RESPONSE)
            side.connection.data(1, memoryview(messages.frame(bytes(8_000_000))))
            side.flush()

    async with stage.opened(tmp_path) as on:
        on.runtime.told = flood
        with connected(on.server.path) as client:
            book = playbook.Book()
            asked = book.headers(1, *stage.head("X").fields, end_stream=True)
            await write(client, playbook.PREFACE + WIDE + asked)
            link = await on.link()
            assert link.transport is not None
            await stage.until(lambda: link.transport.get_write_buffer_size() > 100_000)  # type: ignore[union-attr]
            held = link.transport.get_write_buffer_size()
            assert held < 1_000_000
            loop = asyncio.get_running_loop()
            heard = 0
            async with asyncio.timeout(10):
                while heard < 8_000_000:
                    heard += len(await loop.sock_recv(client, 1 << 20))
