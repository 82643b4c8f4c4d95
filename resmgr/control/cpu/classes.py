# SPDX-License-Identifier: Apache-2.0
"""Classes of CPUs as they are configured (controllers, section 3.1), held against a machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...sysfs.knobs import Knobs

NAME = "cpu"


@dataclass(frozen=True, slots=True)
class CpuClass:
    """Limits in kHz; 0: no opinion."""

    low: int = 0
    high: int = 0
    uncore_low: int = 0
    uncore_high: int = 0

    @property
    def of_cores(self) -> bool:
        """Whether it says something of CPUs."""
        return bool(self.low or self.high)

    @property
    def of_dies(self) -> bool:
        """Whether it says something of what CPUs of a die share."""
        return bool(self.uncore_low or self.uncore_high)


Classes = Mapping[str, CpuClass]


def of(data: Mapping[str, Any] | None) -> Classes:
    """Read the module `cpu` of a configuration that was judged to be right."""
    given = (data or {}).get("classes") or {}
    return {
        name: CpuClass(
            one.get("minFreq") or 0,
            one.get("maxFreq") or 0,
            one.get("uncoreMinFreq") or 0,
            one.get("uncoreMaxFreq") or 0,
        )
        for name, one in sorted(given.items())
        if one is not None
    }


def unable(classes: Classes, knobs: Knobs) -> str:
    """Give why the frequencies of CPUs cannot be set here, nothing if they can or need not be."""
    wanting = [name for name, one in classes.items() if one.of_cores]
    if not wanting or knobs.cores:
        return ""
    return (
        f"cpu class {wanting[0]!r} limits frequencies but no CPU has"
        f" {knobs.place}/cpu*/cpufreq/scaling_min_freq: a virtual machine has none, other ones"
        " need a cpufreq driver"
    )


def refused(classes: Classes, knobs: Knobs) -> tuple[str, ...]:
    """Give what of a configuration this machine cannot do, for each class (section 3.3)."""
    if knobs.uncore:
        return ()
    return tuple(
        f'uncore limits set in cpu class "{name}" but uncore driver not available: there is no'
        f" {knobs.place}/intel_uncore_frequency; load intel_uncore_frequency, or leave"
        " uncoreMinFreq and uncoreMaxFreq out"
        for name, one in classes.items()
        if one.of_dies
    )
