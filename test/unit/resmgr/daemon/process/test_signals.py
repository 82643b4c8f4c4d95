# SPDX-License-Identifier: Apache-2.0
"""Signals."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from resmgr.daemon.process import signals


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Leave the process' handlers as they were."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_signals_mean_what_they_should() -> None:
    """Debug messages, the configuration, and the end; each where it is heard."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    heard: list[str] = []
    arrived = asyncio.Event()

    def toggle() -> bool:
        heard.append("toggle")
        return True

    def reload() -> None:
        heard.append("reload")
        arrived.set()

    signals.install(loop, stop, reload=reload, reload_signal=signal.SIGUSR2, toggle_debug=toggle)
    signal.raise_signal(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR2)
    await asyncio.wait_for(arrived.wait(), 5)
    going_on = not stop.is_set()
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(stop.wait(), 5)
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        loop.remove_signal_handler(number)

    assert heard == ["toggle", "reload"]
    assert going_on
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_without_a_signal_for_it_nothing_is_read_again() -> None:
    """The flag turns it off."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGHUP)
    signals.install(
        loop, asyncio.Event(), reload=lambda: None, reload_signal=0, toggle_debug=lambda: True
    )
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)

    assert signal.getsignal(signal.SIGHUP) is before
