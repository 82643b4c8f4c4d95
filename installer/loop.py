# SPDX-License-Identifier: Apache-2.0
"""The one place where the installer waits: for time, for signals, for readers of its metrics.

One thread does everything, so that what is written is never half changed when it is read, and the
process stays small. While a step waits, metrics are served and the sign of life is renewed.
"""

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator


class Loop:
    """A clock for steps (`interface.Clock`), and more for who runs them.

    `stopped` is set by SIGTERM and SIGINT, after which nothing waits any more; SIGHUP ends `idle`.
    """

    def __init__(self, *, beat: Callable[[], None] = lambda: None) -> None:
        """Take what is called whenever there is a wait, as a sign of life."""
        self._beat = beat
        self._selector = selectors.DefaultSelector()
        self._woken = False
        self.stopped = False

    def now(self) -> float:
        """Seconds since 1970; may jump."""
        return time.time()  # noqa: TID251 - the edge, where clocks come from

    def monotonic(self) -> float:
        """Seconds since boot, with those in which the machine slept."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wait(self, seconds: float) -> bool:
        """Wait; False, at once, when the program is asked to end."""
        deadline = self.monotonic() + seconds
        while not self.stopped and (left := deadline - self.monotonic()) > 0:
            self._turn(left)
        return not self.stopped

    def idle(self, seconds: float) -> bool:
        """Wait as `wait`, but only until somebody wakes us."""
        deadline = self.monotonic() + seconds
        while not (self.stopped or self._woken) and (left := deadline - self.monotonic()) > 0:
            self._turn(left)
        self._woken = False
        return not self.stopped

    def serve(self, listening: socket.socket, answer: Callable[[], None]) -> None:
        """Have `answer` called when somebody connects; it must not take long."""
        self._selector.register(listening, selectors.EVENT_READ, answer)

    def close(self) -> None:
        """Wait no more."""
        self._selector.close()

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Hear signals; afterwards they are as before."""
        hear, say = socket.socketpair()
        hear.settimeout(0)
        say.settimeout(0)
        before = {number: signal.getsignal(number) for number in _NUMBERS}
        for number in _NUMBERS:
            signal.signal(number, self._heard)
        descriptor = signal.set_wakeup_fd(say.fileno(), warn_on_full_buffer=False)
        self._selector.register(hear, selectors.EVENT_READ, lambda: _drain(hear))
        try:
            yield
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(hear)
            hear.close()
            say.close()

    def _heard(self, number: int, _frame: object) -> None:
        if number == signal.SIGHUP:
            self._woken = True
        else:
            self.stopped = True

    def _turn(self, seconds: float) -> None:
        self._beat()
        for key, _ in self._selector.select(min(seconds, _LONGEST)):
            key.data()


_NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LONGEST = 30.0
"""Seconds between two signs of life."""


def _drain(hear: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while hear.recv(64):
            pass
