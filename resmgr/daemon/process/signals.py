# SPDX-License-Identifier: Apache-2.0
"""What signals mean: an orderly end, the forced configuration anew, debug messages on and off."""

import asyncio
import logging
import signal
from collections.abc import Callable

_LOG = logging.getLogger("cri-resmgr")


def install(
    loop: asyncio.AbstractEventLoop,
    stop: asyncio.Event,
    *,
    reload: Callable[[], None],
    reload_signal: int,
    toggle_debug: Callable[[], bool],
) -> None:
    """Have signals heard in the event loop; 0 for no `reload_signal`.

    A second SIGTERM or SIGINT ends the process at once.
    """

    def end(number: signal.Signals) -> None:
        _LOG.info("%s: stopping", number.name)
        stop.set()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)

    def toggle() -> None:
        forced = toggle_debug()
        _LOG.info("debug messages of all sources are %s", "forced" if forced else "as configured")

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)
    loop.add_signal_handler(signal.SIGUSR1, toggle)
    if reload_signal:
        loop.add_signal_handler(reload_signal, reload)
