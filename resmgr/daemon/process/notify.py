# SPDX-License-Identifier: Apache-2.0
"""Tells systemd how the daemon is, in the way of sd_notify: words on a datagram socket."""

import contextlib
import socket
import sys
from collections.abc import Mapping


class Notifier:
    """Says nothing where nobody asked for it."""

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        """Read `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`; take our own process id."""
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._period = _period(environ, pid)
        self._socket: socket.socket | None = None
        self._ready = False

    @property
    def watchdog_period(self) -> float:
        """Seconds between two signs of life, 0 where nobody waits for them.

        Half of what systemd allows.
        """
        return self._period if self._address else 0.0

    def ready(self, status: str) -> None:
        """Calls are taken from now on."""
        self._ready = True
        self._say("READY=1", f"STATUS={_line(status)}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say(f"STATUS={_line(text)}")

    def alive(self) -> None:
        """Give a sign of life; before it is ready, that also asks for more time to start.

        A runtime that is away is no reason to fail.
        """
        told = self._ready or not self._period
        more = () if told else (f"EXTEND_TIMEOUT_USEC={int(self._period * 4_000_000)}",)
        self._say("WATCHDOG=1", *more)

    def reloading(self, monotonic: float) -> None:
        """A configuration is being read; `ready` has to follow."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * 1_000_000)}")

    def stopping(self) -> None:
        """It is ending, on purpose."""
        self._say("STOPPING=1")

    def keep(self, descriptor: int, name: str) -> None:
        """Have a socket kept until the next process; one whose peer hangs up is dropped."""
        self._say("FDSTORE=1", f"FDNAME={name}", descriptor=descriptor)

    def keep_no_more(self, name: str) -> None:
        """Have sockets of a name dropped."""
        self._say("FDSTOREREMOVE=1", f"FDNAME={name}")

    @property
    def asked(self) -> bool:
        """Whether somebody listens at all."""
        return bool(self._address)

    def close(self) -> None:
        """Say no more."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._address = ""

    def _say(self, *words: str, descriptor: int | None = None) -> None:
        if not self._address:
            return
        # systemd may be gone or slow; that is no reason to wait or to end.
        with contextlib.suppress(OSError):
            if self._socket is None:
                kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
                self._socket = socket.socket(socket.AF_UNIX, kind)
            more = []
            if descriptor is not None:
                # `socket.send_fds` of Python 3.11 leaves the address out.
                rights = descriptor.to_bytes(4, sys.byteorder)
                more.append((socket.SOL_SOCKET, socket.SCM_RIGHTS, rights))
            self._socket.sendmsg(["\n".join(words).encode()], more, 0, self._address)


def _address(text: str) -> str:
    """Give the socket's address; `@` begins an abstract one."""
    if text.startswith("@"):
        return "\0" + text[1:]
    return text if text.startswith("/") else ""


def _period(environ: Mapping[str, str], pid: int) -> float:
    owner = environ.get("WATCHDOG_PID", "")
    micros = environ.get("WATCHDOG_USEC", "")
    if (owner and owner != str(pid)) or not micros.isdecimal():
        return 0.0
    return int(micros) / 2_000_000


def _line(text: str) -> str:
    return text.replace("\n", " ")[:500]
