# SPDX-License-Identifier: Apache-2.0
"""The front end alone, without daemon and policies, as a context and as a program.

As a program: python -m node.relays RUNTIME_SOCKET RELAY_SOCKET [--intercept METHOD] [--uvloop]
"""

import asyncio
import contextlib
import dataclasses
import importlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from resmgr.relay import downstream, intercept, observe, router, server, turn, unary, upstream

WAIT = 30.0
"""Seconds that a first connection may take."""


@dataclasses.dataclass(frozen=True)
class Relay:
    """A relay at work, and ways to call through it and past it."""

    server: server.Server
    runtime: upstream.Upstream
    client: upstream.Upstream
    """A client of the relay: `unary.call(relay.client, ...)` goes through it."""


async def _connected(one: upstream.Upstream) -> None:
    async with asyncio.timeout(WAIT):
        while not one.connected:  # noqa: ASYNC110  # there is nothing to wait on
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def opened(
    path: Path,
    runtime: Path,
    *,
    handlers: Mapping[str, intercept.Handler] | None = None,
    observers: Mapping[str, observe.Observer] | None = None,
) -> AsyncIterator[Relay]:
    """Open a relay at a path, connected on both sides."""
    loop = asyncio.get_running_loop()
    turns = turn.Turn(loop)
    async with asyncio.TaskGroup() as tasks:
        up = upstream.Upstream(str(runtime), turns)
        routes = router.for_cri(up, up, handlers=handlers or {}, observers=observers or {})
        serving = server.Server(str(path), downstream.Shared(routes, turns, tasks, loop))
        await serving.start()
        client = upstream.Upstream(str(path), turns)
        running = [tasks.create_task(one.run(), name=one.path) for one in (up, client)]
        await _connected(up)
        await _connected(client)
        try:
            yield Relay(serving, up, client)
        finally:
            running[1].cancel()
            await serving.stop(WAIT)
            running[0].cancel()


async def _forward(call: intercept.Call) -> unary.Reply:
    return await call.forward()


async def serve(runtime: Path, path: Path, intercepted: list[str]) -> None:
    """Serve until SIGTERM; then let calls under way end."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    handlers = dict.fromkeys(intercepted, _forward)
    async with opened(path, runtime, handlers=handlers) as relay:
        print("ready", relay.server.path, flush=True)
        await stop.wait()


def main() -> None:
    """Run as a program."""
    runtime, path, *rest = sys.argv[1:]
    intercepted = [rest[index + 1] for index, word in enumerate(rest) if word == "--intercept"]
    work = serve(Path(runtime), Path(path), intercepted)
    if "--uvloop" in rest:
        importlib.import_module("uvloop").run(work)  # it is no dependency
    else:
        asyncio.run(work)


if __name__ == "__main__":
    main()
