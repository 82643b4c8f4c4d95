# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 by the testers of others: h2spec's strict tests, and load by nghttp2's h2load."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from garden import binaries
from node import relays

CONTRADICTIONS: dict[str, str] = {}
"""Tests of h2spec that contradict gRPC on a unix socket -> why. There is none: what is not gRPC is
answered with a status and a text, which is all that h2spec wants of a server."""


@contextlib.asynccontextmanager
async def bridged(path: str) -> AsyncIterator[int]:
    """A port of loopback that leads to a unix socket: h2spec speaks TCP only."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(path)
        await asyncio.gather(pipe(reader, back), pipe(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def run(*argv: str | Path) -> str:
    """Run a program and give its output."""
    child = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await child.communicate()
    return out.decode()


async def test_h2spec(relay: relays.Relay) -> None:
    """All strict tests pass but those that are named with a reason."""
    program = binaries.find("h2spec")["h2spec"]
    async with bridged(relay.server.path) as port:
        out = await run(program, "--strict", "-h", "127.0.0.1", "-p", str(port), "-o", "10")
    failed = set(re.findall(r"× (.*)", out))
    counts = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", out)

    assert counts is not None, out
    assert int(counts[1]) >= 146
    assert failed == set(CONTRADICTIONS), out
    assert int(counts[4]) == len(CONTRADICTIONS)
    assert int(counts[3]) == 0


@pytest.mark.parametrize(("clients", "streams"), [(1, 1), (1, 64), (8, 100)])
async def test_h2load(relay: relays.Relay, tmp_path: Path, clients: int, streams: int) -> None:
    """Thousands of calls in flight at a time are all answered, and nothing is left behind."""
    program = binaries.find("h2load")["h2load"]
    (tmp_path / "message").write_bytes(bytes(5))
    out = await run(
        program,
        *("-n", "2000", "-c", str(clients), "-m", str(streams), "-d", tmp_path / "message"),
        *("-H", "content-type: application/grpc", "-H", "te: trailers"),
        *("-B", f"unix:{relay.server.path}"),
        "http://localhost/runtime.v1.RuntimeService/Version",
    )

    assert "2000 succeeded, 0 failed, 0 errored, 0 timeout" in out
    assert "status codes: 2000 2xx" in out
    async with asyncio.timeout(30):
        while relay.server.connections > 1:  # noqa: ASYNC110  # h2load's go by themselves
            await asyncio.sleep(0.01)
