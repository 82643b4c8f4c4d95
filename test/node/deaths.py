# SPDX-License-Identifier: Apache-2.0
"""Points of a daemon's work at which it is killed: by itself, or by whoever it talks to."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from resmgr.relay import intercept, unary
from resmgr.wire.grpc import codes, statuses

from . import daemons, relays

_PRELUDE = """\
import os, signal
from resmgr.daemon.serving import keeper
keep, seen = keeper.Keeper.write, []
def write(self, changes):
    if any(getattr(getattr(one, "container", None), "name", "") == {name!r} for one in changes):
        seen.append(None)
    dying = len(seen) == {number}
    if dying and {before}:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(self, changes)
    if dying:
        os.kill(os.getpid(), signal.SIGKILL)
keeper.Keeper.write = write
"""


def at_write(name: str, number: int, *, before: bool) -> str:
    """A prelude of a daemon that kills itself when it writes of a container, counted from 1.

    It dies `before` anything is written, or as soon as it is.
    """
    return _PRELUDE.format(name=name, number=number, before=before)


class Between:
    """Stands between daemon and runtime; kills a daemon that it is told to, once, at a call."""

    def __init__(self, path: Path) -> None:
        """Kill nobody yet."""
        self.path = path
        self.armed: daemons.Daemon | None = None
        self.method = ""
        self.done = False
        self.heard: list[str] = []
        """Methods that went to the runtime, in order."""

    def arm(self, daemon: daemons.Daemon, method: str, *, done: bool) -> None:
        """Kill the daemon when it calls a method: when that is done, or before anybody hears it."""
        self.armed, self.method, self.done = daemon, method, done

    def handlers(self) -> Mapping[str, intercept.Handler]:
        """What answers the daemon."""

        def handler(name: str) -> intercept.Handler:
            async def handle(call: intercept.Call) -> unary.Reply:
                return await self._handled(name, call)

            return handle

        return {name: handler(name) for name in ("CreateContainer", "UpdateContainerResources")}

    async def _handled(self, name: str, call: intercept.Call) -> unary.Reply:
        self.heard.append(name)
        if self.armed is None or self.method != name:
            return await call.forward()
        daemon, self.armed = self.armed, None
        if self.done:
            await call.forward()
        await daemon.kill()
        raise statuses.CallError(codes.Code.UNAVAILABLE, "nobody hears this")


@contextlib.asynccontextmanager
async def between(folder: Path, runtime: Path) -> AsyncIterator[Between]:
    """Somebody between a daemon and a runtime."""
    made = Between(folder / "between.sock")
    async with relays.opened(made.path, runtime, handlers=made.handlers()):
        yield made
