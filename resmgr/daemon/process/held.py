# SPDX-License-Identifier: Apache-2.0
"""Sockets that systemd keeps while the daemon is away (its file descriptor store).

The listening socket, so that a kubelet which connects while the daemon restarts waits instead of
being refused; and the connection to the runtime, so that a daemon which is killed cuts off no call:
a runtime may leave half a container behind where its client hangs up (docs/decisions/0014). What
is kept comes back to the next process as in sd_listen_fds(3).
"""

import os
import select
import socket
import stat
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

LISTENER: Final = "relay"
"""Name of the socket that kubelets connect to."""

_RUNTIME: Final = "runtime-"
"""How names of connections to the runtime begin; what follows tells which are younger."""

_FIRST: Final = 3
_MOST: Final = 64
_LINGERING: Final = 2
"""How many connections linger: a daemon that is killed again and again must not fill the store."""

_LINGER: Final = 120.0
"""Seconds that calls of the process before may still take; the kubelet gives up after these."""


def runtime_name(monotonic: int) -> str:
    """Give the name of a connection to the runtime, made at these nanoseconds of the system."""
    return f"{_RUNTIME}{monotonic:020}"


class Held:
    """What was kept for this process; each socket is given to one taker or closed."""

    def __init__(self, sockets: list[tuple[str, socket.socket]]) -> None:
        """Take sockets with their names."""
        self._sockets = sockets
        self._listener: socket.socket | None = None

    def claim(self, path: str) -> bool:
        """Tell whether there is a socket that listens at a path, and leads clients to us."""
        for name, one in self._sockets:
            if name == LISTENER and _listens(one, path):
                self._sockets.remove((name, one))
                self._listener = one
                return True
        return False

    def listener(self) -> socket.socket | None:
        """Give the claimed socket to who serves it from now on."""
        taken, self._listener = self._listener, None
        return taken

    def linger(
        self, loop: "asyncio.AbstractEventLoop", drop: Callable[[str], None] = lambda _: None
    ) -> None:
        """Keep the youngest connections to the runtime until their calls have ended.

        The rest is closed now. `drop` is told the names of what need not be kept any more.
        """
        there = sorted(self._sockets, key=lambda one: one[0])
        runtimes = [one for one in there if one[0].startswith(_RUNTIME)]
        self._sockets = runtimes[-_LINGERING:]
        for name, one in there:
            if (name, one) not in self._sockets:
                one.close()
                if name.startswith(_RUNTIME):
                    drop(name)

        def end() -> None:
            for name, _ in self._sockets:
                drop(name)
            self.close()

        if self._sockets:
            loop.call_later(_LINGER, end)

    def close(self) -> None:
        """Close what nobody took."""
        for _, one in self._sockets:
            one.close()
        self._sockets = []
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def take(environ: Mapping[str, str], pid: int) -> Held:
    """Take what the environment says is kept for the process `pid`; malformed words count as none.

    Descriptors that are no sockets are left alone.
    """
    count = environ.get("LISTEN_FDS", "")
    if environ.get("LISTEN_PID") != str(pid) or not count.isdecimal() or int(count) > _MOST:
        return Held([])
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    found = []
    for number in range(int(count)):
        descriptor = _FIRST + number
        try:
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library has it so
            one = socket.socket(fileno=descriptor)
        except OSError:
            continue
        found.append((names[number] if number < len(names) else "", one))
    return Held(found)


def _listens(one: socket.socket, path: str) -> bool:
    """Tell whether a socket listens at a path, and whether the path still leads to it."""
    try:
        if not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        if one.getsockname() != path:
            return False
        # A socket that was removed and made anew by somebody else has the name, but not the client.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            waiting = _reached(probe, path, one)
    except OSError:
        return False
    return waiting


def _reached(probe: socket.socket, path: str, one: socket.socket) -> bool:
    """Connect, and tell whether somebody waits at our socket then. Raises `OSError`.

    After hours without a daemon its queue is full. The first in it gave up long ago, and goes.
    """
    one.setblocking(False)  # noqa: FBT003 - the standard library has it so
    try:
        probe.connect(path)
    except BlockingIOError:
        one.accept()[0].close()
        probe.connect(path)
    return _waits(one)


def _waits(one: socket.socket) -> bool:
    """Tell whether a client waits to be accepted."""
    return bool(select.select([one], [], [], 0)[0])
