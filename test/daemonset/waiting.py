# SPDX-License-Identifier: Apache-2.0
"""Waiting for what happens somewhere else: always with an end, never for a fixed time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

_POLL = 0.2


async def tries(timeout: float, *, every: float = _POLL) -> AsyncIterator[None]:
    """Give the occasion to look again and again, for so many seconds, and once more at the end."""
    deadline = time.monotonic() + timeout
    yield
    while time.monotonic() < deadline:
        await asyncio.sleep(every)
        yield


class Late(Exception):
    """Something did not happen in time; the text says what."""


async def until(what: str, holds: Callable[[], Awaitable[bool]], *, timeout: float = 120.0) -> None:
    """Wait until something holds. Raises `Late`."""
    async for _ in tries(timeout):
        if await holds():
            return
    raise Late(f"{what}: not in {timeout:.0f} s")
