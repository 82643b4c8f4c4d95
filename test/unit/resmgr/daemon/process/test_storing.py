# SPDX-License-Identifier: Apache-2.0
"""What systemd is asked to keep."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from resmgr.daemon.process import held, notify, storing
from resmgr.relay import downstream, router, server, turn, upstream


class Systemd:
    """Hears the words."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(path))
        self.notifier = notify.Notifier({"NOTIFY_SOCKET": str(path)}, 1)

    def heard(self) -> list[str]:
        """Give the words since the last time."""
        words = []
        while True:
            try:
                words.append(self.socket.recv(1000).decode())
            except BlockingIOError:
                return words


@pytest.fixture
async def systemd(tmp_path: Path) -> AsyncIterator[Systemd]:
    """A manager that listens."""
    made = Systemd(tmp_path / "notify")
    yield made
    made.notifier.close()
    made.socket.close()


async def test_the_former_connection_is_dropped(systemd: Systemd, tmp_path: Path) -> None:
    """A runtime that is connected to again and again fills no store."""
    made = storing.Storing(systemd.notifier, held.Held([]))
    accepted: list[asyncio.StreamWriter] = []
    runtime = await asyncio.start_unix_server(
        lambda _, writer: accepted.append(writer), tmp_path / "runtime.sock"
    )
    connected = asyncio.Event()
    there = upstream.Upstream(
        str(tmp_path / "runtime.sock"),
        turn.Turn(asyncio.get_running_loop()),
        connected=connected.set,
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(there.run(), name="runtime")
        await connected.wait()
        made.connected(there, 1)
        made.connected(there, 2)
        made.ended()
        running.cancel()
    for one in accepted:
        one.close()
    runtime.close()

    first, second = held.runtime_name(1), held.runtime_name(2)
    assert systemd.heard() == [
        f"FDSTORE=1\nFDNAME={first}",
        f"FDSTOREREMOVE=1\nFDNAME={first}",
        f"FDSTORE=1\nFDNAME={second}",
        f"FDSTOREREMOVE=1\nFDNAME={second}",
    ]


async def test_a_socket_that_was_kept_is_not_stored_again(systemd: Systemd, tmp_path: Path) -> None:
    """It is in the store already, where a second one would take a place."""
    path = str(tmp_path / "relay.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as before:
        before.bind(path)
        before.listen()
        kept = held.Held([(held.LISTENER, before.dup())])
        assert kept.claim(path)
        made = storing.Storing(systemd.notifier, kept)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            shared = downstream.Shared(
                routes=router.for_cri(None, None, handlers={}, observers={}),
                turns=turn.Turn(loop),
                tasks=tasks,
                loop=loop,
            )
            serving = server.Server(path, shared)
            await made.serve(serving, loop)
            await serving.stop(0)

    assert systemd.heard() == []
