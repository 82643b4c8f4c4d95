# SPDX-License-Identifier: Apache-2.0
"""What serves the tests inside of a virtual machine, on this machine, with the client of them."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from numa import guest, inside


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[guest.Guest]:
    """This machine, as if it were one inside."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=inside.answer, args=(connection,)).start()

        serving = threading.Thread(target=serve)
        serving.start()
        (tmp_path / "outside").mkdir()
        yield guest.Guest(listening.getsockname()[1], tmp_path / "outside")
        listening.shutdown(socket.SHUT_RDWR)
        serving.join()


async def test_a_command_tells_status_and_output(machine: guest.Guest) -> None:
    """Both streams are told, in the order of writing."""
    ran = await machine.run("echo one; echo two >&2; exit 3")

    assert ran == guest.Ran(3, "one\ntwo\n")


async def test_a_command_that_has_to_succeed(machine: guest.Guest) -> None:
    """One that fails is told with what it wrote."""
    with pytest.raises(guest.Failed, match="false: status 1"):
        await machine.output("false")


async def test_a_socket_leads_to_one_inside(machine: guest.Guest, tmp_path: Path) -> None:
    """Both directions are passed on, to the end of each."""

    async def double(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(2 * await reader.read())
        writer.close()

    there = tmp_path / "there"
    async with await asyncio.start_unix_server(double, there), machine.socket(str(there)) as here:
        reader, writer = await asyncio.open_unix_connection(here)
        writer.write(b"abc")
        writer.write_eof()
        got = await reader.read()
        writer.close()

    assert got == b"abcabc"


async def test_a_socket_where_nobody_listens(machine: guest.Guest) -> None:
    """The connection ends at once, without an answer."""
    async with machine.socket("/nonexistent/socket") as here:
        reader, writer = await asyncio.open_unix_connection(here)
        got = await reader.read()
        writer.close()

    assert got == b""
