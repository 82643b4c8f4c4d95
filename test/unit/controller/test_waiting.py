# SPDX-License-Identifier: Apache-2.0
"""Waiting for an event with a limit."""

import asyncio

from unit.controller import virtual_time

from controller import waiting


def test_event_comes_first() -> None:
    """An event that is set in time ends the wait at that time."""

    async def main() -> tuple[bool, float]:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(3, event.set)
        return await waiting.wait(event, 10), asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == (True, 3)


def test_limit_comes_first() -> None:
    """Without the event the wait ends after its limit."""

    async def main() -> tuple[bool, float]:
        return await waiting.wait(asyncio.Event(), 10), asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == (False, 10)


def test_limit_in_the_past() -> None:
    """A limit that has passed already does not wait at all."""

    async def main() -> tuple[bool, float]:
        return await waiting.wait(asyncio.Event(), -5), asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == (False, 0)


def test_no_limit() -> None:
    """Without a limit only the event ends the wait."""

    async def main() -> float:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(100_000, event.set)
        await waiting.wait(event, None)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == 100_000
