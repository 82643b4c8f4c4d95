# SPDX-License-Identifier: Apache-2.0
"""gRPC's client in Go through the relay: `ctr`, whose services the relay knows nothing of."""

import asyncio
import functools
from pathlib import Path

import pytest
from node import containerd, images, relays


@pytest.fixture
def ctr(runtime: containerd.Containerd, relay: relays.Relay) -> functools.partial[str]:
    """The program, told to go through the relay."""
    return functools.partial(runtime.ctr, through=Path(relay.server.path))


async def test_unary_calls(ctr: functools.partial[str]) -> None:
    """Versions and lists come through."""
    assert "Server:" in await asyncio.to_thread(ctr, "version")
    assert images.BUSYBOX in await asyncio.to_thread(ctr, "images", "ls", "-q")


async def test_streams_in_both_directions(
    runtime: containerd.Containerd, ctr: functools.partial[str], tmp_path: Path
) -> None:
    """An image of megabytes is imported by streams in both directions, and exported again."""
    archive = runtime.folder / "images.tar"
    await asyncio.to_thread(ctr, "images", "rm", "--sync", images.BUSYBOX, images.PAUSE)
    assert images.BUSYBOX not in runtime.ctr("images", "ls", "-q")
    await asyncio.to_thread(ctr, "images", "import", "--snapshotter", "native", str(archive))
    exported = tmp_path / "exported.tar"
    await asyncio.to_thread(ctr, "images", "export", str(exported), images.BUSYBOX)

    assert images.BUSYBOX in runtime.ctr("images", "ls", "-q")
    assert exported.stat().st_size > 1_000_000


async def test_a_container(ctr: functools.partial[str]) -> None:
    """A container is made, started, waited for and removed, its events streaming meanwhile."""
    words = ("run", "--rm", "--snapshotter", "native", images.BUSYBOX, "relay-test", "true")
    await asyncio.to_thread(ctr, *words)

    assert "relay-test" not in await asyncio.to_thread(ctr, "containers", "ls", "-q")


async def test_many_clients_at_a_time(ctr: functools.partial[str]) -> None:
    """Twenty processes at once are all served."""
    lists = await asyncio.gather(*(asyncio.to_thread(ctr, "images", "ls", "-q") for _ in range(20)))

    assert len(set(lists)) == 1
