# SPDX-License-Identifier: Apache-2.0
"""The whole daemon in this process, for tests of what it shows."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Iterator

from unit.resmgr.daemon.fake_node import Node

from resmgr.daemon import prepare, wiring
from resmgr.daemon.command import flagtable
from resmgr.daemon.log import logs
from resmgr.daemon.process import held, notify

KLOG = {name: flag.default for name, flag in flagtable.KLOG.items()}


@contextlib.contextmanager
def starting(node: Node, *more: str) -> Iterator[wiring.Daemon]:
    """Prepare a daemon; nothing of it runs yet."""
    with contextlib.ExitStack() as taken:
        options = node.options(*more)
        prepared, chosen = prepare.prepare(options, taken, pid=1, now=lambda: 1_000_000.0)
        log = logs.Logs(io.StringIO(), KLOG, clock=lambda: 0.0)
        yield wiring.Daemon(prepared, chosen, log, notify.Notifier({}, 1), held.Held([]))


@contextlib.asynccontextmanager
async def running(node: Node, text: str, *more: str) -> AsyncIterator[wiring.Daemon]:
    """Run a daemon with a fallback configuration, once it serves and until the block ends."""
    path = node.folder / "fallback.cfg"
    path.write_text(text, encoding="utf-8")
    stop = asyncio.Event()
    with starting(node, f"--fallback-config={path}", *more) as daemon:
        async with asyncio.TaskGroup() as group:
            life = group.create_task(daemon.run(stop))
            try:
                await node.until((node.folder / "relay.sock").exists)
                yield daemon
            finally:
                stop.set()
                await life
