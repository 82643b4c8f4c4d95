# SPDX-License-Identifier: Apache-2.0
"""Things that are done again and again."""

import asyncio

from resmgr.daemon.process.timers import Every


async def test_something_is_done_every_so_many_seconds() -> None:
    """Until it is stopped."""
    done = asyncio.Event()
    count = 0

    def ring() -> None:
        nonlocal count
        count += 1
        if count == 3:
            every.stop()
            done.set()

    every = Every(asyncio.get_running_loop(), 0.001, ring)
    await asyncio.wait_for(done.wait(), 5)
    last = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, last.set)
    await last.wait()

    assert count == 3


async def test_no_interval_means_never() -> None:
    """0 is how flags turn it off."""
    rung = asyncio.Event()
    Every(asyncio.get_running_loop(), 0, rung.set)
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, later.set)
    await later.wait()

    assert not rung.is_set()
