# SPDX-License-Identifier: Apache-2.0
"""The probe: exit codes and words (node agent contract, section 5)."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent import probe
from agent.grpc import server
from resmgr.agentapi import agent_pb2
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError

LONG = "x" * 100_000


async def check(message: bytes) -> bytes:
    """Answer with what was asked for."""
    query = agent_pb2.HealthCheckRequest.FromString(message).query
    if query == "refuse":
        raise CallError(Code.INTERNAL, "odd")
    if query == "hang":
        await asyncio.Event().wait()
    error = f"configuration error: {query}" if query else ""
    return agent_pb2.HealthCheckReply(error=error).SerializeToString()


@contextlib.asynccontextmanager
async def serving(path: Path) -> AsyncIterator[None]:
    """An agent."""
    async with asyncio.TaskGroup() as tasks:
        made = server.Server(str(path), {"/v1.Agent/HealthCheck": check}, tasks)
        await made.start()
        try:
            yield
        finally:
            made.stop()


async def run(path: Path, *words: str) -> tuple[int, str, str]:
    """Run it beside the agent; give exit code, output and errors."""
    out, err = io.StringIO(), io.StringIO()
    given = [f"-agent-socket={path}", *words]
    code = await asyncio.to_thread(probe.run, given, out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], (0, "Health check OK\n", "")),
        (["-query", ""], (0, "Health check OK\n", "")),
        (["--query=x"], (1, "health check negative: configuration error: x\n", "")),
        (
            ["-query", "x" * 100_000],
            (1, f"health check negative: configuration error: {'x' * 100_000}\n", ""),
        ),
    ],
    ids=["alive", "no query", "query", "long"],
)
async def test_answers(tmp_path: Path, words: list[str], expected: tuple[int, str, str]) -> None:
    """Well, or not, with the reason."""
    async with serving(tmp_path / "s"):
        assert await run(tmp_path / "s", *words) == expected


async def test_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there, an error, or nothing in time: not well, and why."""
    found = [await run(tmp_path / "s")]
    async with serving(tmp_path / "s"):
        found.append(await run(tmp_path / "s", "-query=refuse"))
        monkeypatch.setattr(probe, "DEADLINE", 0.1)
        found.append(await run(tmp_path / "s", "-query=hang"))

    assert [code for code, _, _ in found] == [1, 1, 1]
    words = ("No such file", "INTERNAL: odd", "timed out")
    assert all(word in err for word, (_, _, err) in zip(words, found, strict=True))


@pytest.mark.parametrize("words", [["-qery=x"], ["-query"], ["stray"]])
async def test_wrong_flags(tmp_path: Path, words: list[str]) -> None:
    """Exit code 2."""
    code, _, err = await run(tmp_path, *words)

    assert code == 2
    assert "hint: " in err


async def test_help(tmp_path: Path) -> None:
    """Its flags."""
    code, out, _ = await run(tmp_path, "-help")

    assert code == 0
    assert "-query string" in out
