# SPDX-License-Identifier: Apache-2.0
"""Our services on a socket, and calls of them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.grpc import client, server
from agent.net import session
from resmgr.wire.grpc import codes, statuses
from resmgr.wire.grpc.statuses import CallError


async def echo(message: bytes) -> bytes:
    """Answer the same."""
    return message


async def refuse(message: bytes) -> bytes:
    """Refuse."""
    del message
    raise CallError(codes.Code.NOT_FOUND, "not hère")


async def fail(message: bytes) -> bytes:
    """Fail."""
    raise ZeroDivisionError(message)


async def hang(message: bytes) -> bytes:
    """Never answer."""
    await asyncio.Event().wait()
    return message


HANDLERS = {"/s/Echo": echo, "/s/Refuse": refuse, "/s/Fail": fail, "/s/Hang": hang}


@contextlib.asynccontextmanager
async def served(path: Path) -> AsyncIterator[server.Server]:
    """A server."""
    async with asyncio.TaskGroup() as tasks:
        made = server.Server(str(path), HANDLERS, tasks)
        await made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
async def link(tmp_path: Path) -> AsyncIterator[session.Session]:
    """A connection to a server."""
    async with served(tmp_path / "s"):
        loop = asyncio.get_running_loop()
        _, made = await loop.create_unix_connection(session.Session, str(tmp_path / "s"))
        yield made
        made.abort("done")
        await asyncio.sleep(0)


async def code(
    link: session.Session, path: str, message: bytes = b"", timeout: float = 5
) -> statuses.Status:
    """Make a call that fails; give how."""
    with pytest.raises(CallError) as caught:
        await client.exchange(link, path, message, timeout)
    return caught.value.status


@pytest.mark.parametrize("size", [0, 1, 70_000, server.LARGEST - 5])
async def test_an_answer(link: session.Session, size: int) -> None:
    """Of any size that is allowed."""
    message = b"x" * size

    assert await client.exchange(link, "/s/Echo", message, 5) == message


async def test_a_refusal(link: session.Session) -> None:
    """Its code and its words arrive."""
    assert await code(link, "/s/Refuse") == statuses.Status(codes.Code.NOT_FOUND, "not hère")


async def test_what_is_not_served(link: session.Session) -> None:
    """Unknown methods, too long requests, mistakes of ours: each is told, the connection stays."""
    found = [
        (await code(link, "/s/Unknown")).code,
        (await code(link, "/s/Echo", b"x" * server.LARGEST)).code,
        (await code(link, "/s/Fail")).code,
    ]

    assert found == [
        codes.Code.UNIMPLEMENTED,
        codes.Code.RESOURCE_EXHAUSTED,
        codes.Code.INTERNAL,
    ]
    assert await client.exchange(link, "/s/Echo", b"a", 5) == b"a"


async def test_a_deadline_of_the_caller(link: session.Session) -> None:
    """The handler ends with it."""
    found = await code(link, "/s/Hang", timeout=0.05)

    assert found.code is codes.Code.DEADLINE_EXCEEDED


async def test_many_at_once(link: session.Session) -> None:
    """Calls do not wait for each other."""
    async with asyncio.TaskGroup() as tasks:
        hanging = tasks.create_task(code(link, "/s/Hang", timeout=0.3), name="hang")
        asked = [
            tasks.create_task(client.exchange(link, "/s/Echo", b"%d" % n, 5), name=str(n))
            for n in range(50)
        ]

    assert [one.result() for one in asked] == [b"%d" % n for n in range(50)]
    assert hanging.result().code is codes.Code.DEADLINE_EXCEEDED


async def test_other_users_are_refused(tmp_path: Path) -> None:
    """Whoever it is at the other end of the socket."""
    async with served(tmp_path / "s") as made:
        made.users = frozenset((4711,))
        loop = asyncio.get_running_loop()
        _, link = await loop.create_unix_connection(session.Session, str(tmp_path / "s"))
        found = await code(link, "/s/Echo")
        link.abort("done")

    assert found.code is codes.Code.PERMISSION_DENIED


async def test_connections_are_bounded(tmp_path: Path) -> None:
    """The oldest makes room."""
    path = tmp_path / "s"
    async with served(path):
        loop = asyncio.get_running_loop()
        links = []
        for _ in range(server.MOST_CONNECTIONS + 3):
            _, made = await loop.create_unix_connection(session.Session, str(path))
            links.append(made)
            await client.exchange(made, "/s/Echo", b"", 5)
        await asyncio.sleep(0)
        closed = [number for number, link in enumerate(links) if link.closed]
        for link in links:
            link.abort("done")

    assert closed == [0, 1, 2]
