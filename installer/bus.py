# SPDX-License-Identifier: Apache-2.0
"""A connection to the message bus, with a deadline for everything; opened again after it was lost.

Messages are read and written by jeepney; the socket is ours, so that nothing ever waits longer than
it may. A connection that broke while nobody used it (the bus was restarted) is noticed before the
next call goes out; one that breaks in the middle of a call is a `BusProblem`, since nobody can tell
whether the call was heard.
"""

import collections
import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jeepney
from jeepney import auth, bus_messages

HINT = "look at `systemctl status dbus.socket dbus.service`, and at the mount of the bus' socket"

_ENOUGH = 65536
_KEPT = 4096
"""Signals that are kept while somebody listens; older ones are dropped."""


class BusProblem(Exception):
    """The bus cannot be reached, does not answer, or broke off; the text is the cause."""

    def __init__(self, cause: str, hint: str = HINT) -> None:
        super().__init__(cause)
        self.hint = hint


class Refused(BusProblem):
    """The other side answered with an error; `name` is its D-Bus name."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(cause, "")
        self.name = name


class Bus:
    """One connection for one thread; opened by the first call."""

    def __init__(
        self, address: Path, *, monotonic: Callable[[], float], patience: float = 5.0
    ) -> None:
        """Take the socket's path, a clock, and the seconds that opening may take."""
        self._address = address
        self._monotonic = monotonic
        self._patience = patience
        self._socket: socket.socket | None = None
        self._parser = jeepney.Parser()
        self._serials = itertools.count(1)
        self._signals: collections.deque[jeepney.Message] = collections.deque(maxlen=_KEPT)
        self._listening = False
        self.opened = 0
        """How often a connection was opened; what was subscribed on an older one is gone."""

    def open(self) -> None:
        """Make sure that there is a connection. Raises `BusProblem`."""
        if self._socket is not None:
            self._notice_end()
        if self._socket is None:
            self._open()

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def call(
        self,
        address: jeepney.DBusAddress,
        method: str,
        signature: str | None = None,
        body: tuple[Any, ...] = (),
        *,
        timeout: float = 10.0,
    ) -> tuple[Any, ...]:
        """Call a method and give what it returns. Raises `BusProblem`, `Refused`."""
        self.open()
        return self._call(jeepney.new_method_call(address, method, signature, body), timeout)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Keep signals for `next_signal`, from now on; before and afterwards they are dropped.

        A bus tells of every job on the machine, and nobody asks for that between two of ours.
        """
        self._listening = True
        try:
            yield
        finally:
            self._listening = False
            self._signals.clear()

    def next_signal(self, timeout: float) -> jeepney.Message | None:
        """Give the next signal, `None` when there is none in time. Raises `BusProblem`."""
        deadline = self._monotonic() + timeout
        while not self._signals:
            message = self._next(deadline)
            if message is None:
                return None
            self._keep(message)
        return self._signals.popleft()

    def _call(self, message: jeepney.Message, timeout: float) -> tuple[Any, ...]:
        deadline = self._monotonic() + timeout
        member = message.header.fields[jeepney.HeaderFields.member]
        serial = next(self._serials)
        self._send(message.serialise(serial), deadline)
        while True:
            answer = self._next(deadline)
            if answer is None:
                # The answer may still come, and would then be taken for nothing; a fresh
                # connection knows nothing of it.
                self.close()
                raise BusProblem(f"no answer to {member} in {timeout:g} s")
            fields = answer.header.fields
            if fields.get(jeepney.HeaderFields.reply_serial) != serial:
                self._keep(answer)
            elif answer.header.message_type is jeepney.MessageType.error:
                name = str(fields.get(jeepney.HeaderFields.error_name, ""))
                said = answer.body[0] if answer.body and isinstance(answer.body[0], str) else name
                raise Refused(name, said.rstrip("."))
            else:
                return tuple(answer.body)

    def _keep(self, message: jeepney.Message) -> None:
        if self._listening and message.header.message_type is jeepney.MessageType.signal:
            self._signals.append(message)

    def _open(self) -> None:
        deadline = self._monotonic() + self._patience
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._parser = jeepney.Parser()
        self._signals.clear()
        try:
            self._within(deadline)
            self._socket.connect(str(self._address))
        except OSError as error:
            self.close()
            raise BusProblem(f"connect to {self._address}: {error.strerror or error}") from error
        try:
            self._authenticate(deadline)
            self.opened += 1
            hello = bus_messages.message_bus.Hello()
            self._call(hello, max(deadline - self._monotonic(), 0.0))
        except BaseException:
            self.close()
            raise

    def _authenticate(self, deadline: float) -> None:
        conversation = auth.Authenticator(inc_null_byte=True)
        try:
            for words in conversation:
                self._send(words, deadline)
                data = self._receive(deadline)
                if data is None:
                    raise BusProblem(f"{self._address} does not greet in {self._patience:g} s")
                conversation.feed(data)
        except (auth.AuthenticationError, ValueError) as error:
            raise BusProblem(f"{self._address} refuses us: {error}") from error
        self._send(auth.BEGIN, deadline)

    def _notice_end(self) -> None:
        """Read what has come meanwhile; a connection that has ended is closed."""
        with contextlib.suppress(BusProblem):
            while message := self._next(self._monotonic()):
                self._keep(message)

    def _next(self, deadline: float) -> jeepney.Message | None:
        while True:
            message = self._parser.get_next_message()
            if message is not None:
                return message
            data = self._receive(deadline)
            if data is None:
                return None
            self._parser.add_data(data)

    def _send(self, data: bytes, deadline: float) -> None:
        connection = self._within(deadline)
        try:
            connection.sendall(data)
        except TimeoutError as error:
            self.close()
            raise BusProblem("the bus takes no messages in time") from error
        except OSError as error:
            self.close()
            raise BusProblem(f"the connection broke: {error.strerror or error}") from error

    def _receive(self, deadline: float) -> bytes | None:
        """Give some bytes, `None` when there are none in time. Raises `BusProblem`."""
        connection = self._within(deadline)
        try:
            data = connection.recv(_ENOUGH)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as error:
            self.close()
            raise BusProblem(f"the connection broke: {error.strerror or error}") from error
        if not data:
            self.close()
            raise BusProblem("the bus ended the connection")
        return data

    def _within(self, deadline: float) -> socket.socket:
        """Give the socket, with its deadline set; a deadline in the past means not to wait."""
        if self._socket is None:
            raise BusProblem("there is no connection")
        self._socket.settimeout(max(deadline - self._monotonic(), 0.0))
        return self._socket
