# SPDX-License-Identifier: Apache-2.0
"""What people get wrong: one clear message each, the documented exit code, nothing left behind."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from node import containerd, daemons

REFUSED = 1
USAGE = 2
FIVE = """\
policy:
  Actve: static
  ReservedResources: {CPU: -3}
  static: {RelaxedIsolation: perhaps}
logger: {Debug: [[]]}
blokio: {}
"""
TOO_LARGE = b"""\
policy:
  Active: balloons
  ReservedResources: {CPU: 1}
  balloons: {BalloonTypes: [{Name: a, MinCPUs: 9999, MinBalloons: 1}]}
"""

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)


@pytest.fixture
async def daemon(runtime: containerd.Containerd, tmp_path: Path) -> AsyncIterator[daemons.Daemon]:
    """A daemon that is not started yet, before a runtime that is there."""
    made = daemons.Daemon(tmp_path, runtime.socket, None)
    yield made
    if made.child is not None:
        await made.kill()


async def refused(daemon: daemons.Daemon, *more: str) -> tuple[int, str]:
    """Start a daemon that has to end by itself; give exit code and what it wrote."""
    daemon.more = list(more)
    await daemon.start()
    code = await daemon.ended()
    return code, daemon.log.read_text()


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("--relay-sockt=/x", 'unknown flag "--relay-sockt"', "did you mean --relay-socket?"),
        ("--metrics-interval=soon", '"soon" is not a duration', ""),
        ("--disable-ui=maybe", '"maybe" is neither true nor false', ""),
        ("--runtime-socket=here", '"here", expecting absolute path', "--runtime-socket=/..."),
        (f"--relay-socket=/{'x' * 107}", "a path has at most 107 bytes", "take a shorter one"),
        ("--force-config", "--force-config needs a value", "write --force-config=VALUE"),
    ],
)
async def test_the_command_line(daemon: daemons.Daemon, word: str, message: str, hint: str) -> None:
    """One line says what is wrong, a second one what would be right; exit code 2."""
    code, told = await refused(daemon, word)

    assert code == USAGE
    assert told.startswith("cri-resmgr: ")
    assert len(told.splitlines()) <= 2
    assert message in told
    assert hint in told


async def test_five_errors_at_once(daemon: daemons.Daemon, tmp_path: Path) -> None:
    """All of them are named, each with its path, and a suggestion for what is misspelt."""
    (tmp_path / "five").write_text(FIVE)
    code, told = await refused(daemon, f"--force-config={tmp_path / 'five'}")
    paths = (
        "policy.Actve: unknown key, did you mean Active",
        "policy.ReservedResources.CPU: ",
        "policy.static.RelaxedIsolation: ",
        "logger.Debug",
        "blokio: unknown module, did you mean blockio",
    )

    assert code == REFUSED
    assert [path for path in paths if path not in told] == []
    assert sum(line.startswith("F") for line in told.splitlines()) == 1 + len(paths)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB.encode(), "aliases expand it"),
        (b"[" * 60_000, "nested"),
        (b"[" * 100_000, "longer than 64 KiB"),
        (bytes(range(256)), "no UTF-8"),
        (b"policy: {Active: static", "not YAML"),
        (b"- policy\n", "expected a mapping"),
        (b"policy: {Active: none}\npolicy: {Active: static}\n", "duplicate key"),
        (b"rdt: {partitions: {a: {l3Allocation: 100%}}}\n", "not part of this version"),
        (TOO_LARGE, "not enough free CPUs for balloon type 'a'"),
        (b"policy: {Active: static}\n", "ReservedResources"),
        (b"policy: {Active: static, ReservedResources: {CPU: 99}}\n", "99"),
    ],
    ids=[
        *("bomb", "deep", "long", "binary", "no YAML", "list", "twice", "later part"),
        *("balloons too large", "nothing reserved", "too much reserved"),
    ],
)
async def test_a_configuration_that_cannot_be_used(
    daemon: daemons.Daemon, tmp_path: Path, content: bytes, message: str
) -> None:
    """The start ends with one message that names the file, before any socket is there."""
    path = tmp_path / "bad"
    path.write_bytes(content)
    code, told = await refused(daemon, f"--force-config={path}")
    fatal = [line for line in told.splitlines() if line.startswith("F")]

    assert code == REFUSED
    assert str(path) in fatal[0]
    assert message in "\n".join(fatal)
    assert "Traceback" not in told
    assert not daemon.socket.exists()
    assert not (tmp_path / "pid").exists()


@pytest.mark.parametrize("name", ["absent", "."])
async def test_a_configuration_that_cannot_be_read(
    daemon: daemons.Daemon, tmp_path: Path, name: str
) -> None:
    """A file that is not there, and a folder."""
    code, told = await refused(daemon, f"--force-config={tmp_path / name}")

    assert code == REFUSED
    assert f"cannot use the forced configuration {tmp_path / name}: cannot read" in told


async def test_a_socket_that_somebody_serves(daemon: daemons.Daemon) -> None:
    """It is left alone, and so is its owner's."""
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(daemon.socket))
        held.listen()
        code, told = await refused(daemon)

    assert code == REFUSED
    assert f"cannot serve {daemon.socket}: somebody listens there already" in told
    assert "--relay-socket" in told
    assert daemon.socket.exists()


async def test_a_living_relay(static: daemons.Node, tmp_path: Path) -> None:
    """A second daemon on the same files ends; the first serves on."""
    second = daemons.Daemon(tmp_path, static.runtime.socket, None)
    second.log = tmp_path / "second.log"
    code, told = await refused(second)
    elsewhere = await refused(second, f"--pid-file={tmp_path / 'pid2'}")
    await static.kubelet.raw("Version")

    assert code == elsewhere[0] == REFUSED
    assert static.daemon.child is not None
    assert f"already running as pid {static.daemon.child.pid}" in told
    assert "somebody listens there already" in elsewhere[1]


@pytest.mark.parametrize("flag", ["relay-socket", "config-socket"])
async def test_a_file_in_the_place_of_a_socket(
    daemon: daemons.Daemon, tmp_path: Path, flag: str
) -> None:
    """It is told before the runtime is met, and not removed: it may be anything."""
    path = tmp_path / "precious"
    path.write_text("precious")
    code, told = await refused(daemon, f"--{flag}={path}", "--runtime-socket=/nowhere.sock")

    assert code == REFUSED
    assert "a file is there, which is no socket; move it away" in told
    assert f"--{flag}" in told
    assert "cannot reach the runtime" not in told
    assert path.read_text() == "precious"


async def test_a_folder_that_others_may_write_to(daemon: daemons.Daemon, tmp_path: Path) -> None:
    """State in it could be anybody's, so it is not used."""
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    code, told = await refused(daemon, f"--relay-dir={loose}")

    assert code == REFUSED
    assert f"chmod go-w {loose}" in told


async def test_a_socket_of_the_runtime_that_is_missing(
    daemon: daemons.Daemon, tmp_path: Path
) -> None:
    """The daemon says which one, waits without a socket of its own, and ends when it is told."""
    daemon.more = [f"--runtime-socket={tmp_path / 'missing.sock'}"]
    await daemon.start()
    await daemon.logged(f"cannot reach the runtime at {tmp_path / 'missing.sock'}")
    served = daemon.socket.exists()
    code = await daemon.end()

    assert not served
    assert code == 0


async def test_a_runtime_that_is_none(daemon: daemons.Daemon, tmp_path: Path) -> None:
    """Something that speaks no HTTP/2 is told in the log; the daemon goes on trying."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    path = tmp_path / "other.sock"
    async with await asyncio.start_unix_server(answer, path):
        daemon.more = [f"--runtime-socket={path}"]
        await daemon.start()
        await daemon.logged("the runtime broke HTTP/2's rules")
        code = await daemon.end()

    assert code == 0
    assert "Traceback" not in daemon.log.read_text()
