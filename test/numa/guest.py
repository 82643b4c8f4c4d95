# SPDX-License-Identifier: Apache-2.0
"""Speaks with what runs inside the virtual machine: commands, and its unix sockets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60.0
_CHUNK = 65536


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    output: str
    """Both streams."""


class Failed(Exception):
    """A command did not succeed; the text has it and what it wrote."""


class Guest:
    """The machine; see `machine.running`."""

    def __init__(self, port: int, folder: Path) -> None:
        """Take a port of this machine that leads inside, and a folder for sockets."""
        self.folder = folder
        self._port = port

    async def run(self, script: str) -> Ran:
        """Run a script of the shell and wait for its end."""
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await self._ask({"run": script})
            status, output = json.loads(await reader.readline())
            writer.close()
        return Ran(status, output)

    async def output(self, script: str) -> str:
        """Run a script that has to succeed; give what it writes. Raises `Failed`."""
        ran = await self.run(script)
        if ran.status:
            raise Failed(f"{script}: status {ran.status}: {ran.output}")
        return ran.output

    async def _ask(self, what: dict[str, str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(json.dumps(what).encode() + b"\n")
        return reader, writer

    @contextlib.asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator[Path]:
        """A unix socket of this machine that leads to one inside.

        It takes connections at any time; they end at once while nobody listens inside.
        """
        here = self.folder / Path(path).name
        open_ = set[asyncio.Task[None]]()
        async with asyncio.TaskGroup() as tasks:

            def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                open_.add(tasks.create_task(self._join(path, reader, writer), name=path))

            server = await asyncio.start_unix_server(join, here)
            try:
                yield here
            finally:
                server.close()
                for task in open_:
                    task.cancel()

    async def _join(
        self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            there, back = await self._ask({"connect": path})
            with contextlib.closing(back):
                if await there.readline() == b"\n":
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(_pass_on(reader, back), name="in")
                        tasks.create_task(_pass_on(there, writer), name="out")


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        target.write_eof()
