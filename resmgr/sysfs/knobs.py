# SPDX-License-Identifier: Apache-2.0
"""Where limits of frequencies can be set, as plain data; kHz."""

from dataclasses import dataclass

CORE = ("scaling_min_freq", "scaling_max_freq")
"""Files of CPUs that share a clock."""

DIE = ("min_freq_khz", "max_freq_khz")
"""Files of what the CPUs of a die share (uncore)."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A lower and an upper limit in two files of one folder; 0: the hardware's is not known."""

    folder: str
    """Below `devices/system/cpu`."""

    files: tuple[str, str]
    cpus: int
    lowest: int = 0
    highest: int = 0


@dataclass(frozen=True, slots=True)
class Knobs:
    """All of them, those of CPUs by their lowest CPU."""

    cores: tuple[Knob, ...] = ()
    dies: tuple[Knob, ...] = ()
    uncore: bool = False
    """The driver for dies is there."""

    place: str = "/sys/devices/system/cpu"
    """Where folders are, for messages."""
