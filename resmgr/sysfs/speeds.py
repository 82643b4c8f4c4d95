# SPDX-License-Identifier: Apache-2.0
"""Finds what Speed Select does: from a record of a machine, or from the device of this one.

The device tells of the machine that this runs on, whatever root files are read below: so whoever
reads another machine passes none. Nothing of it is loaded where neither is there.
"""

import fcntl
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .files import Folder
from .machine import Machine, Package
from .speed import SpeedSelect

RECORD = "sys/speed-select.json"
"""Where records have it, below the root; no kernel has such a file."""

_FOLDER, _NAME = RECORD.split("/")

_OTHERWISE = "priorities of CPUs come from cpufreq"


@dataclass(frozen=True, slots=True)
class Source:
    """The device, and the call that asks it; it may not be there."""

    path: Path = Path("/dev/isst_interface")
    ioctl: Callable[[int, int, bytearray], int] = fcntl.ioctl


@dataclass(frozen=True, slots=True)
class Found:
    """The machine with what is known by package, and sentences on what cannot be told."""

    machine: Machine
    warnings: tuple[str, ...] = field(default=())


def source(root: Path) -> Source | None:
    """Give the device for a machine below a root: this one's, or none for another machine."""
    return Source() if root == Path("/") else None


def find(root: Folder, device: Source | None, machine: Machine) -> Found:
    """Look for a record below a root, then for the device; nothing is said where neither is."""
    recorded = root.below(_FOLDER).text_or(_NAME, "")
    if recorded:
        return _read(str(root.path / RECORD), recorded, machine)
    if device is None or not _there(device.path):
        return Found(machine)
    return _asked(device, machine)


def _there(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False


def _read(path: str, content: str, machine: Machine) -> Found:
    from . import speedform  # noqa: PLC0415 - for the few machines that have it

    try:
        return Found(_with(machine, speedform.read(content, machine.packages)))
    except speedform.BadForm as error:
        return Found(machine, (f"cannot read {path}: {error}; {_OTHERWISE}",))


def _asked(device: Source, machine: Machine) -> Found:
    from .isst import device as devices  # noqa: PLC0415 - for the few machines that have it
    from .isst import survey  # noqa: PLC0415 - as above

    whom = f"cannot ask {device.path} what Speed Select does"
    try:
        with devices.Device(device.path, device.ioctl) as opened:
            told = survey.survey(opened.ask, machine)
    except OSError as error:
        return Found(machine, (f"{whom}: {error.strerror}; {_OTHERWISE}",))
    except survey.Untold as error:
        return Found(machine, (f"{whom}: {error}; {_OTHERWISE}",))
    warnings = (f"{whom} to package {id_}: {why}; {_OTHERWISE}" for id_, why in told.untold.items())
    return Found(_with(machine, told.packages), tuple(warnings))


def _with(machine: Machine, known: Mapping[int, SpeedSelect]) -> Machine:
    if not known:
        return machine
    packages: dict[int, Package] = {
        id_: replace(package, speed_select=known.get(id_))
        for id_, package in machine.packages.items()
    }
    return replace(machine, packages=packages)
