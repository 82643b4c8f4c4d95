# SPDX-License-Identifier: Apache-2.0
"""Where a unit of this node stands, by systemd's own word."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUS: Final = "run/dbus/system_bus_socket"


_AWAY: Final = "look whether systemd and dbus run here: systemctl status dbus.socket"


class CannotAsk(Exception):
    """systemd does not tell; the text says why, `hint` what helps."""

    def __init__(self, cause: str, hint: str) -> None:
        super().__init__(cause)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as systemd sees it, in its own words."""

    load: str
    active: str
    sub: str
    result: str = "success"
    restarts: int = 0

    @property
    def running(self) -> bool:
        """Whether it runs and is ready."""
        return (self.active, self.sub) == ("active", "running")

    @property
    def there(self) -> bool:
        """Whether there is such a unit."""
        return self.load != "not-found"


def state(unit: str, root: Path) -> Unit:
    """Ask systemd of the machine below a root. Raises `CannotAsk`."""
    try:
        # The installer, of the same bundle, speaks D-Bus; elsewhere its library may be missing.
        from installer import bus, problem, systemd  # noqa: PLC0415
    except ImportError as error:
        cause = f"the library {error.name} is not installed here"
        raise CannotAsk(cause, "run the program of the bundle on the node, which has it") from error
    connection = bus.Bus(root / BUS, monotonic=time.monotonic, patience=2.0)
    try:
        found = systemd.Systemd(connection, monotonic=time.monotonic).state(unit)
    except (problem.Problem, bus.BusProblem) as error:
        raise CannotAsk(getattr(error, "message", str(error)), hint(error)) from error
    finally:
        connection.close()
    return Unit(found.load, found.active, found.sub, found.result, found.restarts)


def hint(error: Exception) -> str:
    """Tell what helps, by the first cause: root's rights where they lack, and only there."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, PermissionError):
        return "run it as root on the node"
    if isinstance(cause, FileNotFoundError | ConnectionRefusedError):
        return _AWAY
    return str(getattr(error, "hint", "")) or _AWAY
