# SPDX-License-Identifier: Apache-2.0
"""Where a unit of this node stands, by systemd's own word."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUS: Final = "run/dbus/system_bus_socket"


class CannotAsk(Exception):
    """systemd does not tell; the text says why."""


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
        raise CannotAsk(f"the library {error.name} is not installed here") from error
    connection = bus.Bus(root / BUS, monotonic=time.monotonic, patience=2.0)
    try:
        found = systemd.Systemd(connection, monotonic=time.monotonic).state(unit)
    except (problem.Problem, bus.BusProblem) as error:
        raise CannotAsk(getattr(error, "message", str(error))) from error
    finally:
        connection.close()
    return Unit(found.load, found.active, found.sub, found.result, found.restarts)
