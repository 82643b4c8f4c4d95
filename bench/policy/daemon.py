# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process, started from a loop that its runtime and its client live in."""

import asyncio
import sys
from pathlib import Path

from node import kubelet

from ..relay import process

_PROGRAM = (sys.executable, "-c", "from resmgr.daemon.cli import main; main()")
_PATIENCE = 60.0


async def start(
    folder: Path, client: kubelet.Kubelet, byte_code: Path, *words: str
) -> process.Process:
    """Start it with its sockets, state and file `config` in the folder; wait until it answers.

    `client` is one of the socket `relay.sock` there. Raises `RuntimeError` with the daemon's log.
    """
    loop = asyncio.get_running_loop()

    def answers() -> bool:
        asyncio.run_coroutine_threadsafe(client.afresh(), loop).result(_PATIENCE)
        return True

    argv = [
        *_PROGRAM,
        f"--relay-socket={folder / 'relay.sock'}",
        f"--relay-dir={folder / 'state'}",
        f"--pid-file={folder / 'pid'}",
        f"--force-config={folder / 'config'}",
        "--agent-socket=disabled",
        "--config-socket=disabled",
        "--introspection-socket=disabled",
        *words,
    ]
    return await asyncio.to_thread(
        process.Process, argv, folder / "relay.sock", answers, folder / "daemon.log", byte_code
    )
