# SPDX-License-Identifier: Apache-2.0
"""What our pods on a node say, as they say it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from garden import screen
from ground import machine

FILES = "kube-system_cri-resmgr-installation-*/*/*.log"
"""Below the node's /var/log/pods; a line is time, stream, tag, and what was written."""

_POLL = 0.3


@contextlib.asynccontextmanager
async def followed(on: machine.Machine, show: screen.Screen) -> AsyncIterator[None]:
    """Print what the installation pods of a node write from now on."""
    folder = on.disk.path("/var/log/pods")
    seen = {path: len(lines(path)) for path in folder.glob(FILES)}
    task = asyncio.create_task(_follow(folder, seen, show), name="follow the installer")
    try:
        yield
    finally:
        await asyncio.sleep(_POLL)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def lines(path: Path) -> list[str]:
    """Give what was written, without times; nothing when the file has gone."""
    try:
        found = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    # Ours begin with a time of their own.
    return [" ".join(line.split()[4:]) for line in found]


async def _follow(folder: Path, seen: dict[Path, int], show: screen.Screen) -> None:
    while True:
        for path in sorted(folder.glob(FILES)):
            found = lines(path)
            for line in found[seen.get(path, 0) :]:
                show.say(f"installer: {line}", "bad" if line.startswith("error") else "event")
            seen[path] = len(found)
        await asyncio.sleep(_POLL)
