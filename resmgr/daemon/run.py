# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process: log, signals, event loop, and one message if it cannot go on."""

import contextlib
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from .. import version
from ..policy import registry
from .command.flags import PROGRAM, Options
from .log import logs
from .process import held, notify

if TYPE_CHECKING:
    import asyncio

    from . import prepare

_LOG = logging.getLogger(PROGRAM)


def run(options: Options, environ: Mapping[str, str], err: TextIO) -> int:
    """Run until a signal; give the exit code."""
    log = logs.Logs(err, options.klog, clock=time.monotonic, sources=registry.POLICIES)
    log.install()
    notifier = notify.Notifier(environ, os.getpid())
    kept = held.take(environ, os.getpid())
    _LOG.info("%s (version %s) starting...", PROGRAM, version.current())
    for warning in options.warnings:
        _LOG.warning("%s", warning)
    try:
        return _run(options, log, notifier, kept)
    finally:
        kept.close()
        notifier.close()
        log.uninstall()


def _run(options: Options, log: logs.Logs, notifier: notify.Notifier, kept: held.Held) -> int:
    from . import prepare  # noqa: PLC0415 - so that the line above is logged at once

    with contextlib.ExitStack() as taken:
        try:
            now = time.time  # noqa: TID251 - the edge, where clocks come from
            listening = kept.claim(options.relay_socket)
            prepared, chosen = prepare.prepare(
                options, taken, pid=os.getpid(), now=now, listening=listening
            )
            return _live(prepared, chosen, log, notifier, kept)
        except prepare.CannotStart as error:
            _LOG.critical("failed to start resource manager: %s", error)
            return 1
        except Exception:  # noqa: BLE001 - one message, then the end
            _LOG.critical("%s ends for an internal error", PROGRAM, exc_info=sys.exc_info())
            return 1


def _live(
    prepared: "prepare.Prepared",
    chosen: "prepare.Chosen",
    log: logs.Logs,
    notifier: notify.Notifier,
    kept: held.Held,
) -> int:
    """Run the event loop until the daemon has ended. Raises `CannotStart`."""
    import asyncio  # noqa: PLC0415

    from . import wiring  # noqa: PLC0415
    from .process import signals  # noqa: PLC0415

    async def life() -> None:
        stop = asyncio.Event()
        daemon = wiring.Daemon(prepared, chosen, log, notifier, kept)
        signals.install(
            asyncio.get_running_loop(),
            stop,
            reload=daemon.reload,
            reload_signal=prepared.options.force_config_signal,
            toggle_debug=log.toggle,
        )
        await daemon.run(stop)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(life())
    return 0


def _loop_factory() -> Callable[[], "asyncio.AbstractEventLoop"] | None:
    """Give uvloop's event loop where it is installed, else None for that of the library."""
    try:
        found = importlib.import_module("uvloop")
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = found.new_event_loop
    return factory
