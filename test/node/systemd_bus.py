# SPDX-License-Identifier: Apache-2.0
"""A stand-in for systemd on a message bus: it answers as systemd 252 was seen to answer.

`Manager` knows the messages; `Server` is bus and systemd in one on a socket of its own, and
`on_bus` serves on a real bus under systemd's name.
"""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import jeepney
from jeepney import bus_messages
from jeepney.io import blocking

NAME = "org.freedesktop.systemd1"
PATH = "/org/freedesktop/systemd1"
NO_UNIT = f"{NAME}.NoSuchUnit"


@dataclass
class Unit:
    """A unit; `outcome` is what its next job ends with."""

    load: str = "loaded"
    active: str = "active"
    sub: str = "running"
    enabled: str = "enabled"
    result: str = "success"
    main_pid: int = 0
    restarts: int = 0
    processes: list[tuple[str, int, str]] = field(default_factory=list)
    outcome: str = "done"
    code: int = 1
    status: int = 0
    words: str = ""


class Manager:
    """Answers method calls; `calls` are those it got, as words."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.refused: dict[str, tuple[str, str]] = {}
        """Method -> error name and text that it is refused with."""
        self.silent: set[str] = set()
        """Methods that get no answer."""
        self.early = False
        """Whether the signal that a job is over comes before the call's answer."""
        self.after_start: Callable[[Unit], None] = lambda unit: None
        """What becomes of a transient unit."""
        self._jobs = itertools.count(1)

    def answer(self, message: jeepney.Message) -> list[jeepney.Message]:
        """Give the messages that follow from a call."""
        method = message.header.fields[jeepney.HeaderFields.member]
        body = tuple(message.body)
        self.calls.append((method, body))
        if method in self.silent:
            return []
        if method in self.refused:
            name, text = self.refused[method]
            return [jeepney.new_error(message, name, "s", (text,))]
        if method in {"StartUnit", "StopUnit", "RestartUnit", "StartTransientUnit"}:
            return self._job(message, method, body)
        if method in {"ResetFailedUnit", "GetUnitProcesses"} and body[0] not in self.units:
            return [jeepney.new_error(message, NO_UNIT, "s", (f"Unit {body[0]} not loaded.",))]
        results: dict[str, tuple[str | None, tuple[Any, ...]]] = {
            "EnableUnitFiles": ("ba(sss)", (True, [])),
            "DisableUnitFiles": ("a(sss)", ([],)),
        }
        if method == "LoadUnit":
            results[method] = ("o", (_path(body[0]),))
        if method == "GetUnitProcesses":
            results[method] = ("a(sus)", (self.units[body[0]].processes,))
        if method == "Get":
            path = message.header.fields[jeepney.HeaderFields.path]
            results[method] = ("v", (self._property(path, body[1]),))
        return [jeepney.new_method_return(message, *results.get(method, (None, ())))]

    def _job(
        self, message: jeepney.Message, method: str, body: tuple[Any, ...]
    ) -> list[jeepney.Message]:
        name = body[0]
        if method == "StartTransientUnit":
            self.units[name] = Unit(processes=[], active="active", sub="exited")
            self.after_start(self.units[name])
        if name not in self.units:
            text = f"Unit {name} not found."
            return [jeepney.new_error(message, NO_UNIT, "s", (text,))]
        unit, number = self.units[name], next(self._jobs)
        outcome = "done" if method == "StopUnit" else unit.outcome
        if outcome == "done":
            unit.active, unit.sub = (
                ("inactive", "dead") if "Stop" in method else ("active", "running")
            )
        job = f"{PATH}/job/{number}"
        reply = jeepney.new_method_return(message, "o", (job,))
        other = self._removed(number + 1000, f"{PATH}/job/{number + 1000}", "other.service", "done")
        removed = self._removed(number, job, name, outcome)
        return [other, removed, reply] if self.early else [other, reply, removed]

    def _removed(self, number: int, job: str, name: str, outcome: str) -> jeepney.Message:
        address = jeepney.DBusAddress(PATH, bus_name=NAME, interface=f"{NAME}.Manager")
        return jeepney.new_signal(address, "JobRemoved", "uoss", (number, job, name, outcome))

    def _property(self, path: str, name: str) -> tuple[str, Any]:
        found = [unit for key, unit in self.units.items() if _path(key) == path]
        unit = found[0] if found else Unit("not-found", "inactive", "dead", "")
        values: dict[str, tuple[str, Any]] = {
            "LoadState": ("s", unit.load),
            "ActiveState": ("s", unit.active),
            "SubState": ("s", unit.sub),
            "UnitFileState": ("s", unit.enabled),
            "Result": ("s", unit.result),
            "MainPID": ("u", unit.main_pid),
            "NRestarts": ("u", unit.restarts),
            "StatusText": ("s", unit.words),
            "ExecMainCode": ("i", unit.code),
            "ExecMainStatus": ("i", unit.status),
        }
        return values[name]


def _path(unit: str) -> str:
    escaped = "".join(c if c.isalnum() else f"_{ord(c):02x}" for c in unit)
    return f"{PATH}/unit/{escaped}"


class Server:
    """Bus and systemd in one, on a socket; use it in a `with`."""

    def __init__(self, address: Path, manager: Manager) -> None:
        self.address = address
        self.manager = manager
        self.greets = True
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Listen."""
        self._listening.bind(str(self.address))
        self._listening.listen()
        self._spawn(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop, and end what is open."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.drop()
        for thread in self._threads:
            thread.join(5)

    def drop(self) -> None:
        """End all connections, as a bus that is restarted does."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _spawn(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if not self.greets:
                connection.recv(1)
                while connection.recv(4096):
                    pass
                return
            rest = self._authenticated(connection)
            parser, serials = jeepney.Parser(), itertools.count(1)
            parser.add_data(rest)
            while True:
                message = parser.get_next_message()
                if message is None:
                    data = connection.recv(4096)
                    if not data:
                        return
                    parser.add_data(data)
                    continue
                for answer in self._answers(message):
                    connection.sendall(answer.serialise(next(serials)))

    def _answers(self, message: jeepney.Message) -> list[jeepney.Message]:
        if message.header.fields[jeepney.HeaderFields.destination] == NAME:
            return self.manager.answer(message)
        method = message.header.fields[jeepney.HeaderFields.member]
        body = ("s", (":1.7",)) if method == "Hello" else (None, ())
        return [jeepney.new_method_return(message, *body)]

    def _authenticated(self, connection: socket.socket) -> bytes:
        data = b""
        while b"BEGIN\r\n" not in data:
            got = connection.recv(4096)
            if not got:
                raise OSError("gone")
            data += got
            if data.endswith(b"\r\n") and b"AUTH" in got:
                connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
        return data.partition(b"BEGIN\r\n")[2]


@contextlib.contextmanager
def on_bus(address: Path, manager: Manager) -> Iterator[None]:
    """Serve on a real bus, under systemd's name."""
    connection = blocking.open_dbus_connection(f"unix:path={address}")
    connection.send_and_get_reply(bus_messages.message_bus.RequestName(NAME))

    def serve() -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                message = connection.receive()
                if message.header.message_type is jeepney.MessageType.method_call:
                    for answer in manager.answer(message):
                        connection.send(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        connection.close()
