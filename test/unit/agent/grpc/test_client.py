# SPDX-License-Identifier: Apache-2.0
"""The daemon at the other end, however often it restarts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.agent.grpc.test_server import served

from agent.grpc import client
from agent.net import pauses
from resmgr.wire.grpc import codes
from resmgr.wire.grpc.statuses import CallError


class Heard:
    """How often it came and went."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.came = 0
        self.went = 0
        self.changed = asyncio.Event()

    def comes(self) -> None:
        """It came."""
        self.came += 1
        self.changed.set()

    def goes(self) -> None:
        """It went."""
        self.went += 1
        self.changed.set()

    async def until(self, came: int, went: int) -> None:
        """Wait until it has come and gone so often."""
        async with asyncio.timeout(10):
            while (self.came, self.went) != (came, went):
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def heard() -> Heard:
    """Who hears of the daemon."""
    return Heard()


@pytest.fixture
async def peer(tmp_path: Path, heard: Heard) -> AsyncIterator[client.Peer]:
    """A daemon that is not there, without long pauses."""
    made = client.Peer(str(tmp_path / "s"), lambda: 0.0, heard.comes, heard.goes)
    made._pauses = pauses.Pauses(lambda: 0.0, first=0.01, longest=0.01)
    running = asyncio.create_task(made.run(), name="peer")
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0)


async def test_it_comes_goes_and_comes_again(
    peer: client.Peer, heard: Heard, tmp_path: Path
) -> None:
    """Each time is told, and calls work in between."""
    for number in (1, 2):
        async with served(tmp_path / "s"):
            await heard.until(number, number - 1)
            answer = await peer.call("/s/Echo", b"a", 5)
            there = peer.connected
        await heard.until(number, number)
        assert (answer, there, peer.connected) == (b"a", True, False)


async def test_calls_of_nobody(peer: client.Peer) -> None:
    """They fail at once, with the reason."""
    await asyncio.sleep(0)
    with pytest.raises(CallError, match="cannot reach the daemon at") as caught:
        await peer.call("/s/Echo", b"", 5)

    assert caught.value.status.code is codes.Code.UNAVAILABLE


async def test_a_call_that_is_cut_off(peer: client.Peer, heard: Heard, tmp_path: Path) -> None:
    """It fails as one of nobody does: it may be made again."""
    async with served(tmp_path / "s") as made:
        await heard.until(1, 0)
        calling = asyncio.create_task(peer.call("/s/Hang", b"", 5), name="call")
        while not any(link._calls for link in made._links):  # noqa: ASYNC110 - somebody else's
            await asyncio.sleep(0)
    with pytest.raises(CallError) as caught:
        await calling

    assert caught.value.status.code in {codes.Code.UNAVAILABLE, codes.Code.CANCELLED}


async def test_no_answer_in_time(peer: client.Peer, heard: Heard, tmp_path: Path) -> None:
    """The caller's own clock counts."""
    async with served(tmp_path / "s"):
        await heard.until(1, 0)
        with pytest.raises(CallError) as caught:
            await peer.call("/s/Hang", b"", 0.05)

    assert caught.value.status.code is codes.Code.DEADLINE_EXCEEDED


async def test_a_server_of_somebody_else(
    tmp_path: Path, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told nothing, and its answers count for nothing."""
    path, failed = tmp_path / "s", asyncio.Event()

    def chance() -> float:
        failed.set()
        return 0.0

    made = client.Peer(str(path), chance, heard.comes, heard.goes, users={4711})
    async with served(path):
        running = asyncio.create_task(made.run(), name="peer")
        async with asyncio.timeout(10):
            await failed.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(CallError, match="is served by user"):
            await made.call("/v1.Config/SetConfig", b"", 1)

    assert heard.came == 0
    assert not made.connected
    assert "is served by user" in caplog.text
