# SPDX-License-Identifier: Apache-2.0
"""Accepting and stopping."""

import asyncio
from pathlib import Path

import pytest
from unit.resmgr.relay import stage

from resmgr.relay import downstream, intercept, router, server, sockets, turn, unary, upstream
from resmgr.wire import events
from resmgr.wire.grpc import codes, messages, statuses


async def test_a_graceful_stop(tmp_path: Path) -> None:
    """The socket goes at once, calls under way end, and only then the connection."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(on.server.stop(5), name="stopping")
            await stage.until(lambda: not Path(on.server.path).exists())
            assert not stopping.done()
            await stage.until(
                lambda: any(isinstance(event, events.GoAwayReceived) for event in client.events)
            )
            on.runtime.side.answer(1, b"done")

        assert await client.ended(stream_id) == statuses.OK
        assert client.content(stream_id) == messages.frame(b"done")
        await stage.until(lambda: client.closed)


async def test_a_stop_that_does_not_wait_for_ever(tmp_path: Path) -> None:
    """After the grace time connections are closed, whatever is under way."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        await on.server.stop(0.01)

        await stage.until(lambda: client.closed)
        await stage.until(lambda: on.server.connections == 0)


async def test_a_socket_that_is_left_stays(tmp_path: Path) -> None:
    """Whoever keeps it open for the next process needs it where clients look for it."""
    async with stage.opened(tmp_path) as on:
        await on.server.stop(0.01, leave=True)

        assert Path(on.server.path).is_socket()


async def test_the_next_process_takes_over(tmp_path: Path) -> None:
    """While one relay finishes its calls the next one listens already, and keeps its socket."""
    async with stage.opened(tmp_path) as on:
        on.runtime.told = lambda side, event: None
        client = await on.client()
        stream_id = client.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(on.server.stop(5), name="stopping")
            await stage.until(lambda: not Path(on.server.path).exists())
            following = server.Server(on.server.path, on.server._shared)
            await following.start()
            on.runtime.side.answer(1)
        await client.ended(stream_id)
        on.runtime.told = stage.echo
        another = await on.client()

        assert await another.ended(another.request(stage.head("X"), b"")) == statuses.OK
        await following.stop(0.01)
        assert not Path(on.server.path).exists()


async def test_a_socket_that_is_served(tmp_path: Path) -> None:
    """A second relay on the same socket is an error."""
    async with stage.opened(tmp_path) as on:
        with pytest.raises(sockets.SocketError, match="already exists"):
            await server.Server(on.server.path, on.server._shared).start()


async def test_connections_that_say_nothing_are_closed(tmp_path: Path) -> None:
    """A connection without introduction lives for one look at all connections, not for two."""
    async with stage.opened(tmp_path) as on:
        reader, writer = await asyncio.open_unix_connection(on.server.path)
        client = await on.client()
        await stage.until(lambda: on.server.connections == 2)
        await client.ended(client.request(stage.head("X"), b""))
        on.server.look()
        assert on.server.connections == 2
        on.server.look()
        await reader.read()

        assert on.server.connections == 1
        assert not client.closed
        writer.close()


async def test_idle_connections_make_room(tmp_path: Path) -> None:
    """Over the limit, one that has no calls goes, and one that has stays."""
    async with stage.opened(tmp_path, connections=3) as on:
        on.runtime.told = lambda side, event: None
        busy = await on.client()
        busy.request(stage.head("X"), b"")
        await stage.until(on.runtime.side.heads)
        others = [await on.client() for _ in range(5)]
        await stage.until(lambda: sum(other.closed for other in others) == 3)

        assert on.server.connections == 3
        assert not busy.closed
        assert not others[-1].closed


async def test_the_runtimes_access_rights(tmp_path: Path) -> None:
    """The socket can be given the owner and mode of the runtime's."""
    async with stage.opened(tmp_path) as on:
        on.runtime.path.chmod(0o606)
        on.server.adopt_access(on.upstream.path)

        assert Path(on.server.path).stat().st_mode & 0o777 == 0o606


async def test_a_service_of_our_own(tmp_path: Path) -> None:
    """The same server serves methods of ours, without any runtime."""

    async def greet(call: intercept.Call) -> unary.Reply:
        return unary.Reply(message=b"hello " + call.message)

    loop = asyncio.get_running_loop()
    turns = turn.Turn(loop)
    async with asyncio.TaskGroup() as tasks:
        routes = router.for_service("v1.Greeter", {"Greet": greet})
        serving = server.Server(
            str(tmp_path / "own.sock"), downstream.Shared(routes, turns, tasks, loop)
        )
        await serving.start()
        up = upstream.Upstream(serving.path, turns)
        running = tasks.create_task(up.run(), name="upstream")
        assert await unary.call(up, "/v1.Greeter/Greet", b"you", timeout=5) == b"hello you"
        with pytest.raises(statuses.CallError) as found:
            await unary.call(up, "/v1.Greeter/Other", b"", timeout=5)
        running.cancel()
        await serving.stop(1)

    assert found.value.status.code is codes.Code.UNIMPLEMENTED
