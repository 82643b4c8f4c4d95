# SPDX-License-Identifier: Apache-2.0
"""A relay as a process of its own, treated badly: it stays small, and goes on."""

import asyncio
import contextlib
import itertools
import os
import random
import re
import resource
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.resmgr.relay import stage
from unit.resmgr.wire import playbook

from resmgr.relay import turn, unary, upstream
from resmgr.wire import events
from resmgr.wire.grpc import codes, messages, statuses

METHOD = f"{stage.SERVICE}Version"
WIDE = playbook.settings(initial_window_size=2**31 - 1) + playbook.frame(
    playbook.WINDOW, 0, 0, struct.pack(">L", 2**31 - 1 - 65_535)
)
MEGABYTE = 1_000_000
SEED = int(os.environ.get("CRI_RESMGR_TEST_SEED", "4"))
FUZZ_SECONDS = float(os.environ.get("CRI_RESMGR_TEST_FUZZ_SECONDS", "20"))


class Process:
    """The relay, its runtime in this process, and its figures."""

    def __init__(
        self, child: asyncio.subprocess.Process, runtime: stage.Runtime, path: Path
    ) -> None:
        """See the fixture `relay`."""
        self.child = child
        self.runtime = runtime
        self.path = path

    @property
    def resident(self) -> int:
        """Bytes in memory."""
        status = Path(f"/proc/{self.child.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def connect(self) -> socket.socket:
        """Connect a client that writes bytes."""
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(self.path))
        client.setblocking(False)  # noqa: FBT003
        return client

    async def call(self, message: bytes = b"hello") -> bytes:
        """Make a call on a connection of its own."""
        turns = turn.Turn(asyncio.get_running_loop())
        up = upstream.Upstream(str(self.path), turns)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(up.run(), name="client")
            try:
                return await unary.call(up, METHOD, message, timeout=20)
            finally:
                running.cancel()


async def spawn(runtime: Path, path: Path, log: Path) -> asyncio.subprocess.Process:
    """Start a relay and wait until it is ready."""
    with log.open("ab") as errors:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "node.relays", str(runtime), str(path)),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": "test:."},
        )
    assert child.stdout is not None
    async with asyncio.timeout(60):
        assert (await child.stdout.readline()).startswith(b"ready"), log.read_text()
    return child


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Process]:
    """A relay before a runtime that echoes; it must live to the end and say nothing bad."""
    runtime = stage.Runtime(tmp_path / "runtime.sock")
    await runtime.start()
    log = tmp_path / "relay.log"
    started = Process(
        await spawn(runtime.path, tmp_path / "relay.sock", log), runtime, tmp_path / "relay.sock"
    )
    try:
        yield started
        assert started.child.returncode is None
        assert "Traceback" not in log.read_text()
    finally:
        if started.child.returncode is None:
            started.child.kill()
        await started.child.wait()
        runtime.stop()


async def send(client: socket.socket, data: bytes) -> None:
    """Write as much as the relay takes within a while."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(2):
            await loop.sock_sendall(client, data)


async def test_a_reader_that_does_not_read(relay: Process) -> None:
    """200 MB for a client that allows everything and reads nothing stay with the runtime."""

    def flood(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.HeadersReceived) and event.end_stream:
            side.connection.headers(event.stream_id, stage.RESPONSE)
            framed = memoryview(messages.frame(bytes(10 * MEGABYTE)))
            side.connection.data(event.stream_id, framed)
            side.flush()
        else:
            stage.echo(side, event)

    relay.runtime.told = flood
    await relay.call()
    before = relay.resident
    with relay.connect() as client:
        book = playbook.Book()
        asked = b"".join(
            book.headers(1 + 2 * number, *stage.head("Flood").fields, end_stream=True)
            for number in range(20)
        )
        await send(client, playbook.PREFACE + WIDE + asked)
        side = relay.runtime.sides[0]
        await stage.until(lambda: len(side.heads()) >= 21)
        assert await relay.call() == b"hello"
        grown = relay.resident - before

    assert grown < 32 * MEGABYTE
    await stage.until(lambda: side.connection.streams == 0, what="the end of all calls")


async def test_large_answers(relay: Process) -> None:
    """Answers of 12 MB pass, and leave no memory behind."""
    await relay.call(bytes(12 * MEGABYTE))
    before = relay.resident
    for _ in range(5):
        assert len(await relay.call(bytes(12 * MEGABYTE))) == 12 * MEGABYTE

    assert relay.resident - before < 8 * MEGABYTE


def header_floods() -> dict[str, bytes]:
    """Header blocks that never end, in several ways."""
    frame = playbook.frame
    block = playbook.Book().block(*stage.head("X").fields)
    indexed = b"\x40\x01a\x7f\x81\x1f" + b"x" * 4096
    return {
        "empty continuations": frame(playbook.HEADERS, 0, 1, block)
        + frame(playbook.CONTINUATION, 0, 1) * 100_000,
        "long continuations": frame(playbook.HEADERS, 0, 1, block)
        + frame(playbook.CONTINUATION, 0, 1, bytes(16_384)) * 500,
        "references": b"".join(
            frame(playbook.HEADERS, 5, 1 + 2 * number, indexed + b"\xbe" * 10_000)
            for number in range(500)
        ),
        "rapid resets": b"".join(
            playbook.Book().request(number) + frame(playbook.RST, 0, number, bytes(4))
            for number in range(1, 10_000, 2)
        ),
        "pings": frame(playbook.PING, 0, 0, b"12345678") * 200_000,
        "settings": frame(playbook.SETTINGS) * 200_000,
        "empty data": frame(playbook.HEADERS, 4, 1, block) + frame(playbook.DATA, 0, 1) * 200_000,
        "unknown frames": frame(0xCC, 0, 0, bytes(100)) * 100_000,
    }


@pytest.mark.parametrize("kind", header_floods())
async def test_floods(relay: Process, kind: str) -> None:
    """A flood costs no memory; whoever comes next is served."""
    await relay.call()
    before = relay.resident
    with relay.connect() as client:
        await send(client, playbook.PREFACE + playbook.settings() + header_floods()[kind])
        grown = relay.resident - before
        assert await relay.call() == b"hello"

    assert grown < 16 * MEGABYTE


def noise(chance: random.Random) -> bytes:
    """What a client may send that has lost its senses: a good beginning, then anything."""
    good = playbook.Book().request(1) if chance.random() < 0.5 else b""
    start = playbook.PREFACE + playbook.settings() + good
    if chance.random() < 0.1:
        return start[: chance.randrange(len(start))] + chance.randbytes(chance.randrange(2000))
    return start + b"".join(
        playbook.frame(
            chance.randrange(11),
            chance.randrange(256),
            chance.choice((0, 1, 3, 5, 7, 2**31 - 1, 2**32 - 1)),
            chance.randbytes(chance.choice((0, 4, 5, 6, 8, 60, 500, 16_384, 16_385))),
        )
        for _ in range(chance.randrange(1, 60))
    )


@pytest.mark.timeout(FUZZ_SECONDS + 100)
async def test_random_frames(relay: Process) -> None:
    """Connections full of frames without sense cost no memory and disturb nobody.

    For 20 s, or as many as CRI_RESMGR_TEST_FUZZ_SECONDS says; CRI_RESMGR_TEST_SEED is the chance.
    """
    chance = random.Random(SEED)  # noqa: S311
    loop = asyncio.get_running_loop()
    end = loop.time() + FUZZ_SECONDS
    await relay.call()
    sizes = [relay.resident]
    for number in itertools.count():
        with relay.connect() as client:
            await send(client, noise(chance))
        if number % 100 == 0:
            assert await relay.call() == b"hello", f"connection {number} of seed {SEED}"
            sizes.append(relay.resident)
        if loop.time() > end:
            break
    assert await relay.call() == b"hello"
    sizes.append(relay.resident)

    assert max(sizes) - sizes[0] < 8 * MEGABYTE
    # What it needs for such clients it has after a few of them.
    assert sizes[-1] - max(sizes[: len(sizes) // 2]) < MEGABYTE


async def test_ten_thousand_connections(relay: Process) -> None:
    """Connections that are opened and left open make room for those that work."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 12_000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    left_open = []
    before = relay.resident
    try:
        for number in range(min(10_000, wanted - 500)):
            left_open.append(relay.connect())
            if number % 1000 == 0:
                assert await relay.call() == b"hello"
        assert await relay.call() == b"hello"
        grown = relay.resident - before
    finally:
        for client in left_open:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert grown < 32 * MEGABYTE


async def test_half_open_connections(relay: Process) -> None:
    """Clients that stop in the middle of a preface, a frame or a call hold nobody up."""
    whole = playbook.PREFACE + playbook.settings() + playbook.Book().request(1)
    stopped = []
    for end in range(0, len(whole), 3):
        client = relay.connect()
        await send(client, whole[:end])
        stopped.append(client)

    assert await relay.call() == b"hello"
    for client in stopped:
        client.close()


async def test_a_stop_under_load(relay: Process, tmp_path: Path) -> None:
    """SIGTERM: calls under way end, the socket goes, and the next process takes over.

    No call fails but those that never began, which a client makes again.
    """
    loop = asyncio.get_running_loop()

    def slowly(side: stage.Side, event: events.Event) -> None:
        if isinstance(event, events.DataReceived) and event.end_stream:
            loop.call_later(0.02, stage.echo, side, event)

    relay.runtime.told = slowly
    turns = turn.Turn(loop)
    client = upstream.Upstream(str(relay.path), turns)
    outcomes: list[statuses.Status] = []
    stopping = asyncio.Event()

    async def work() -> None:
        while not stopping.is_set():
            head = unary.request_head(METHOD, timeout=10)
            reply = await unary.exchange(client, head, b"hello", timeout=10)
            if reply.status.message.startswith("cannot reach"):
                await asyncio.sleep(0.01)
                continue
            outcomes.append(reply.status)

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(client.run(), name="client")
        workers = [tasks.create_task(work(), name=f"worker {number}") for number in range(16)]
        await stage.until(lambda: len(outcomes) > 100)
        relay.child.send_signal(signal.SIGTERM)
        await stage.until(lambda: not relay.path.exists(), what="the end of the socket")
        following = await spawn(relay.runtime.path, relay.path, tmp_path / "next.log")
        async with asyncio.timeout(60):
            assert await relay.child.wait() == 0
        reached = len(outcomes)
        await stage.until(lambda: len(outcomes) > reached + 100)
        stopping.set()
        await asyncio.gather(*workers)
        running.cancel()
    relay.child = following

    assert {status.code for status in outcomes} == {codes.Code.OK}
