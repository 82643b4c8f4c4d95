# SPDX-License-Identifier: Apache-2.0
"""Finds where limits of frequencies can be set below a root (controllers, section 3.3)."""

from pathlib import Path

from . import knobs
from .files import Folder
from .knobs import Knob, Knobs
from .machine import Machine

PLACE = "sys/devices/system/cpu"
UNCORE = "intel_uncore_frequency"


def find(root: Path, machine: Machine) -> Knobs:
    """Look at the CPUs and dies of a machine that is mounted at `root`."""
    place = root / PLACE
    return Knobs(
        cores=_cores(place, machine),
        dies=_dies(place, machine),
        uncore=(place / UNCORE).is_dir(),
        place=str(place),
    )


def _cores(place: Path, machine: Machine) -> tuple[Knob, ...]:
    """Give one for all CPUs whose folders are links to the same one: they share a clock."""
    shared: dict[str, list[int]] = {}
    for id_ in machine.cpus:
        folder = f"cpu{id_}/cpufreq"
        try:
            name = str((place / folder).readlink())
        except OSError:
            name = folder
        shared.setdefault(name, []).append(id_)
    found = []
    for ids in shared.values():
        folder = f"cpu{ids[0]}/cpufreq"
        if (place / folder / knobs.CORE[0]).exists():
            cpus = [machine.cpus[id_] for id_ in ids]
            lowest = min(cpu.min_frequency for cpu in cpus)
            highest = max(cpu.max_frequency for cpu in cpus)
            mask = sum(1 << id_ for id_ in ids)
            found.append(Knob(folder, knobs.CORE, mask, lowest, highest))
    return tuple(found)


def _dies(place: Path, machine: Machine) -> tuple[Knob, ...]:
    found = []
    for package in machine.packages.values():
        for die, cpus in package.dies.items():
            name = f"{UNCORE}/package_{package.id:02}_die_{die:02}"
            folder = Folder(place / name)
            if (folder.path / knobs.DIE[0]).exists():
                lowest = folder.number_or("initial_min_freq_khz", 0)
                highest = folder.number_or("initial_max_freq_khz", 0)
                found.append(Knob(name, knobs.DIE, cpus, lowest, highest))
    return tuple(found)
