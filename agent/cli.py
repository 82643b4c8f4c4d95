# SPDX-License-Identifier: Apache-2.0
"""The program `cri-resmgr-agent`: command line, log, signals, and one message if it cannot go on.

Exit codes: 0 ended by a signal, or printed what was asked for; 1 it cannot start or go on; 2 the
command line is wrong.
"""

import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from resmgr import version
from resmgr.config.goflag import UsageError

from . import flags, log


def main() -> None:
    """Run the program."""
    sys.exit(run(sys.argv[1:], os.environ, sys.stdout, sys.stderr))


def run(words: Sequence[str], environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Do what a command line says; give the exit code."""
    try:
        options = flags.read(words, environ, version.current())
    except flags.Asked as asked:
        out.write(str(asked))
        return 0
    except UsageError as error:
        err.write(f"{flags.PROGRAM}: {error}\n")
        if error.hint:
            err.write(f"hint: {error.hint}\n")
        return 2
    log.install(err, options.klog, debug=options.debug)
    logger = logging.getLogger("agent")
    for warning in options.warnings:
        logger.warning("%s", warning)
    if not options.node:
        logger.critical("%s", flags.NODE_NAME_MISSING)
        return 1
    return _live(options, environ, logger)


def _live(options: flags.Options, environ: Mapping[str, str], logger: logging.Logger) -> int:
    # ruff: noqa: PLC0415 - what only prints something needs none of it
    import asyncio
    import gc

    from . import app
    from .kube import access
    from .net import sockets

    async def life() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        made = app.App(options, access.load(options.kubeconfig, environ), version=version.current())
        # What is there now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        await made.run(stop)

    try:
        asyncio.run(life())
    except (access.NoAccess, sockets.CannotListen) as error:
        logger.critical("%s", error)
        return 1
    except BaseExceptionGroup as group:
        known, others = group.split(sockets.CannotListen)
        if known is None or others is not None:
            logger.critical("%s ends for an internal error", flags.PROGRAM, exc_info=group)
        else:
            logger.critical("%s", known.exceptions[0])
        return 1
    return 0
