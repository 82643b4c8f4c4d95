# SPDX-License-Identifier: Apache-2.0
"""Who waits is told."""

import asyncio

from agent.bell import Bell


async def test_everybody_hears_it() -> None:
    """Each once, also what rang while he did something else; everybody looks once at first."""
    bell, clock = Bell(), asyncio.get_running_loop().time
    one, other = bell.listener(clock), bell.listener(clock)
    await one.wait()
    await other.wait()
    waiting = asyncio.create_task(one.wait(), name="one")
    await asyncio.sleep(0)
    bell.ring()
    bell.ring()
    await waiting
    await other.wait()

    assert not one.heard.is_set()
    assert not other.heard.is_set()


async def test_nobody_waits_longer_than_he_wants() -> None:
    """A time that has passed does not block."""
    listener = Bell().listener(lambda: 100.0)
    await listener.wait()
    await listener.wait(until=99.0)
    await listener.wait(until=100.01)

    assert not listener.heard.is_set()
