# SPDX-License-Identifier: Apache-2.0
"""The daemon's own socket."""

import asyncio
import contextlib
import os
import stat
from pathlib import Path

import pytest

from resmgr.daemon.pages import http, local
from resmgr.daemon.pages.local import Local

REQUEST = b"GET /x HTTP/1.0\r\n\r\n"


async def ask(path: Path) -> bytes:
    """Give the whole answer."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(REQUEST)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is, in a folder that is yet to be made."""
    return tmp_path / "run" / "introspect.sock"


async def test_root_may_ask(path: Path) -> None:
    """Nobody else can even connect; it is gone afterwards."""
    made = Local(str(path), local.users())
    made.show({"/x": lambda _: http.Page(b"here\n")})
    await made.start()
    mode, listens = stat.S_IMODE(path.stat().st_mode), made.listens
    answer = await ask(path)
    await made.stop()

    assert (mode, listens) == (0o600, True)
    assert answer.endswith(b"here\n")
    assert (path.exists(), made.listens) == (False, False)


async def test_others_are_refused(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By who they are, whatever the mode of the socket."""
    made = Local(str(path), {os.getuid() + 1})
    made.show({"/x": lambda _: http.Page(b"here\n")})
    await made.start()
    answer = await ask(path)
    await made.stop()

    assert b" 403 " in answer
    assert caplog.messages == [f"refused a request of user {os.getuid()}"]


async def test_a_socket_that_cannot_be_made_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    made = Local(str(tmp_path / "file"), local.users())
    await made.start()
    await made.stop()

    assert "already exists and is no socket" in caplog.messages[0]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


async def test_there_may_be_none() -> None:
    """Without a path nothing is served."""
    made = Local("", local.users())
    await made.start()
    await made.stop()

    assert not made.listens


async def test_the_socket_of_another_daemon_stays(path: Path) -> None:
    """One that has taken the place since."""
    made = Local(str(path), local.users())
    await made.start()
    with contextlib.suppress(OSError):
        path.unlink()
    path.write_text("somebody else's", encoding="utf-8")
    await made.stop()

    assert path.exists()
