# SPDX-License-Identifier: Apache-2.0
"""systemd, asked over the system bus: no `systemctl`, no hostPID, no privileges needed.

Starting, stopping and restarting wait for systemd's job, so that a unit is where it should be when
a call returns. Each call raises `SystemdProblem`: `cannot VERB UNIT: cause`, with a hint.
"""

import shlex
from collections.abc import Callable, Sequence
from typing import Any

import jeepney

from . import bus, problem
from .steps import interface

JOB_TIMEOUT = 120.0
"""Seconds that systemd may take to start or stop a unit, before we say that it does not."""

_NAME = "org.freedesktop.systemd1"
_MANAGER = jeepney.DBusAddress(
    "/org/freedesktop/systemd1", bus_name=_NAME, interface=f"{_NAME}.Manager"
)
_JOB_REMOVED = f"type='signal',sender='{_NAME}',interface='{_NAME}.Manager',member='JobRemoved'"
_NO_UNIT = f"{_NAME}.NoSuchUnit"
_DONE = frozenset({"done", "skipped"})
_ONCE = "cri-resmgr-once.service"
_EXITED = 1
"""`CLD_EXITED`: a program ended by itself."""

_NOT_EXECUTED = 203
"""systemd's exit status for a program that it could not execute."""

_DENIED = frozenset(
    {
        "org.freedesktop.DBus.Error.AccessDenied",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
    }
)
_CAUSES = {
    "timeout": "it took longer than the unit allows",
    "failed": "it failed",
    "dependency": "a unit that it needs failed",
    "canceled": "somebody else's request replaced this one",
}


def _nobody(_unit: str) -> None:
    pass


class SystemdProblem(problem.Problem):
    """systemd did not do it, or could not be asked."""


class Systemd:
    """The manager of this machine's units."""

    def __init__(
        self,
        connection: bus.Bus,
        *,
        monotonic: Callable[[], float],
        restarting: Callable[[str], None] = _nobody,
    ) -> None:
        """Take the connection, which is opened when it is needed, and a clock.

        `restarting` is told of each unit before it is restarted.
        """
        self._restarting = restarting
        self._bus = connection
        self._monotonic = monotonic
        self._subscribed = 0

    def reload(self) -> None:
        """Have all unit files read again."""
        self._manager("reload", "the unit files", "Reload", timeout=60.0)

    def start(self, unit: str, *, timeout: float = JOB_TIMEOUT) -> None:
        """Start a unit and wait until it has started."""
        self._job("start", unit, "StartUnit", timeout)

    def stop(self, unit: str, *, timeout: float = JOB_TIMEOUT) -> None:
        """Stop a unit and wait until it has stopped; one that is not known has stopped."""
        self._job("stop", unit, "StopUnit", timeout)

    def restart(self, unit: str, *, timeout: float = JOB_TIMEOUT) -> None:
        """Restart a unit and wait until it has started."""
        self._restarting(unit)
        self._job("restart", unit, "RestartUnit", timeout)

    def restart_alone(self, unit: str, *, timeout: float = JOB_TIMEOUT) -> None:
        """Restart a unit whatever it is ordered after, and wait until it has started."""
        self._restarting(unit)
        self._job("restart", unit, "RestartUnit", timeout, mode="ignore-dependencies")

    def enable(self, unit: str) -> None:
        """Have the unit started at boot; `reload` belongs after it."""
        self._manager("enable", unit, "EnableUnitFiles", "asbb", ([unit], False, True))

    def disable(self, unit: str) -> None:
        """Have the unit not started at boot; `reload` belongs after it."""
        self._manager("disable", unit, "DisableUnitFiles", "asb", ([unit], False))

    def reset_failed(self, unit: str) -> None:
        """Forget that a unit failed, and how often it was started."""
        self._tolerant("reset", unit, "ResetFailedUnit")

    def state(self, unit: str) -> interface.UnitState:
        """Give where a unit stands; `UnitState()` for one that is not known."""
        try:
            path = self._path(unit)
            service: dict[str, Any] = {}
            if unit.endswith(".service"):
                service = {
                    "result": str(self._property(path, "Service", "Result")),
                    "main_pid": int(self._property(path, "Service", "MainPID")),
                    "restarts": int(self._property(path, "Service", "NRestarts")),
                }
            return interface.UnitState(
                load=str(self._property(path, "Unit", "LoadState")),
                active=str(self._property(path, "Unit", "ActiveState")),
                sub=str(self._property(path, "Unit", "SubState")),
                enabled=str(self._property(path, "Unit", "UnitFileState")),
                **service,
            )
        except bus.BusProblem as error:
            raise _problem("read the state of", unit, error) from error

    def words(self, unit: str) -> str:
        """Give what a service last told about itself, in a line; empty if it told nothing."""
        try:
            return str(self._property(self._path(unit), "Service", "StatusText"))
        except bus.BusProblem as error:
            raise _problem("read the state of", unit, error) from error

    def processes(self, unit: str) -> tuple[interface.Process, ...]:
        """Give the processes of a unit, its main process first; none if it is not up."""
        rows = self._tolerant("list the processes of", unit, "GetUnitProcesses")
        found = [interface.Process(int(pid), _words(line)) for _, pid, line in rows]
        main = self.state(unit).main_pid if len(found) > 1 else 0
        return tuple(sorted(found, key=lambda process: (process.pid != main, process.pid)))

    def run_once(self, argv: Sequence[str], timeout: float) -> int:
        """Run a program on the node as a unit of its own, outside of any pod; give its exit status.

        The status is 127 when systemd could not execute it, and 128 plus the signal's number when
        a signal ended it, as in a shell.
        """
        properties = [
            ("Description", ("s", "One run for the installer of the CRI resource manager")),
            ("Type", ("s", "oneshot")),
            ("RemainAfterExit", ("b", True)),
            ("TimeoutStartUSec", ("t", int(timeout * 1e6))),
            ("ExecStart", ("a(sasb)", [(argv[0], list(argv), False)])),
        ]
        self._forget(_ONCE)  # What a crash of ours may have left.
        body: tuple[Any, ...] = (_ONCE, "replace", properties, [])
        try:
            self._done("StartTransientUnit", "ssa(sv)a(sa(sv))", body, timeout + 10.0)
            path = self._path(_ONCE)
            result = str(self._property(path, "Service", "Result"))
            code = int(self._property(path, "Service", "ExecMainCode"))
            status = int(self._property(path, "Service", "ExecMainStatus"))
        except bus.BusProblem as error:
            raise _problem("run", argv[0], error) from error
        self._forget(_ONCE)
        if result == "timeout" or code == 0:
            cause = f"it was not done in {timeout:g} s" if code else f"systemd says {result!r}"
            message = f"cannot run {' '.join(argv)}: {cause}"
            raise SystemdProblem(message, f"look at `journalctl -u {_ONCE}`")
        if code != _EXITED:
            return 128 + status
        return 127 if status == _NOT_EXECUTED else status

    def _forget(self, unit: str) -> None:
        self.stop(unit)
        self.reset_failed(unit)

    def _path(self, unit: str) -> str:
        return str(self._bus.call(_MANAGER, "LoadUnit", "s", (unit,))[0])

    def _property(self, path: str, interface_name: str, name: str) -> Any:
        address = jeepney.DBusAddress(
            path, bus_name=_NAME, interface="org.freedesktop.DBus.Properties"
        )
        words = (f"{_NAME}.{interface_name}", name)
        return self._bus.call(address, "Get", "ss", words)[0][1]

    def _manager(
        self,
        verb: str,
        thing: str,
        method: str,
        signature: str | None = None,
        body: tuple[Any, ...] = (),
        *,
        timeout: float = 30.0,
    ) -> tuple[Any, ...]:
        try:
            return self._bus.call(_MANAGER, method, signature, body, timeout=timeout)
        except bus.BusProblem as error:
            raise _problem(verb, thing, error) from error

    def _tolerant(self, verb: str, unit: str, method: str) -> Sequence[Any]:
        """Call what has nothing to do for a unit that is not loaded; give the one result."""
        try:
            answer = self._bus.call(_MANAGER, method, "s", (unit,))
        except bus.Refused as refused:
            if refused.name == _NO_UNIT:
                return ()
            raise _problem(verb, unit, refused) from refused
        except bus.BusProblem as error:
            raise _problem(verb, unit, error) from error
        return answer[0] if answer else ()

    def _job(
        self, verb: str, unit: str, method: str, timeout: float, *, mode: str = "replace"
    ) -> None:
        try:
            result = self._done(method, "ss", (unit, mode), timeout)
        except bus.Refused as refused:
            if refused.name == _NO_UNIT and method == "StopUnit":
                return
            raise _problem(verb, unit, refused) from refused
        except bus.BusProblem as error:
            raise _problem(verb, unit, error) from error
        if result not in _DONE:
            cause = _CAUSES.get(result, f"systemd says {result!r}")
            if result == "failed" and (why := self.state(unit).result) != "success":
                cause = f"{cause} ({why})"
            hint = f"look at `systemctl status {unit}` and `journalctl -u {unit}`"
            raise SystemdProblem(f"cannot {verb} {unit}: {cause}", hint)

    def _done(self, method: str, signature: str, body: tuple[Any, ...], timeout: float) -> str:
        """Have a job made and wait for its end; give its result. Raises `bus.BusProblem`."""
        deadline = self._monotonic() + timeout
        self._subscribe()
        with self._bus.listening():
            job = self._bus.call(_MANAGER, method, signature, body, timeout=min(timeout, 30.0))[0]
            while (left := deadline - self._monotonic()) > 0:
                signal = self._bus.next_signal(left)
                if signal is not None and _removed(signal, job):
                    return str(signal.body[3])
        raise bus.BusProblem(f"it is not over after {timeout:g} s", "")

    def _subscribe(self) -> None:
        """Hear of jobs on the present connection."""
        self._bus.open()
        if self._subscribed != self._bus.opened:
            address = bus_daemon()
            self._bus.call(address, "AddMatch", "s", (_JOB_REMOVED,))
            self._bus.call(_MANAGER, "Subscribe")
            self._subscribed = self._bus.opened


def bus_daemon() -> jeepney.DBusAddress:
    """Give the address of the bus itself."""
    name = "org.freedesktop.DBus"
    return jeepney.DBusAddress("/org/freedesktop/DBus", bus_name=name, interface=name)


def _removed(signal: jeepney.Message, job: str) -> bool:
    fields = signal.header.fields
    member = fields.get(jeepney.HeaderFields.member)
    return member == "JobRemoved" and len(signal.body) >= 4 and signal.body[1] == job


def _words(line: str) -> tuple[str, ...]:
    """Split a command line; systemd quotes words with blanks, older ones do not quote at all."""
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return tuple(line.split())


def _problem(verb: str, thing: str, error: bus.BusProblem) -> SystemdProblem:
    hint = error.hint
    if isinstance(error, bus.Refused):
        hint = f"look at `systemctl status {thing}` and `journalctl -u {thing}`"
        if error.name in _DENIED:
            hint = "run as root, without an AppArmor profile that mediates D-Bus"
        elif error.name == _NO_UNIT:
            hint = "no unit file of this name is known; `systemctl daemon-reload` reads new ones"
    return SystemdProblem(f"cannot {verb} {thing}: {error}", hint)
