# SPDX-License-Identifier: Apache-2.0
"""What demonstrations say beside the acts: each change of an Extension's status, and examples."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from controller import kube, names
from controller.kube import paths, watch

from . import binaries, screen


@contextlib.asynccontextmanager
async def narrated(seed: kube.Client, shoot: str, show: screen.Screen) -> AsyncIterator[None]:
    """Print each change of the status of a shoot's Extension as it happens."""
    task = asyncio.create_task(_narrate(seed, shoot, show), name="narrate")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def example_lines(name: str) -> list[str]:
    """Give `spec.extensions` of an example as it is written, below the name of its file."""
    path = binaries.PROJECT / "examples" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("  extensions:")
    rest = lines[start + 1 :]
    length = next((n for n, line in enumerate(rest) if line[:4].strip()), len(rest))
    return [f"# examples/{name}", *lines[start : start + 1 + length]]


async def _narrate(seed: kube.Client, shoot: str, show: screen.Screen) -> None:
    path = paths.extension(shoot, names.EXTENSION_TYPE).rpartition("/")[0]
    said: dict[str, str] = {}
    async for event in watch.follow(seed, watch.Following(path)):
        if isinstance(event, watch.Deleted):
            show.say("Extension: gone", "event")
            said.clear()
        if isinstance(event, watch.Changed):
            for key, text in _status(event.obj).items():
                if said.get(key) != text:
                    show.say(text, "bad" if _is_bad(text) else "event")
                said[key] = text


def _status(obj: Mapping[str, Any]) -> dict[str, str]:
    """Give what there is to say about an Extension: what, and the words."""
    status = obj.get("status") or {}
    said = {}
    last = status.get("lastOperation")
    if last:
        said["operation"] = (
            f"Extension: {last['type']} {last['state']} {last['progress']} %: {last['description']}"
        )
    for one in status.get("conditions") or ():
        said[one["type"]] = f"condition {one['type']}: {one['status']}: {one['message']}"
    return said


def _is_bad(text: str) -> bool:
    return ": False:" in text or " Error " in text
