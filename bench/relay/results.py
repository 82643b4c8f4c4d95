# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data; ratios between the two ways of the same round. Pure."""

import dataclasses
import json
import statistics
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """Rounds of one load: seconds of each, directly and through the relay, and its CPU seconds."""

    name: str
    calls: int
    in_flight: int
    direct: tuple[float, ...]
    relayed: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def slower(self) -> float:
        """How many times as long it takes through the relay: the median over rounds."""
        pairs = zip(self.relayed, self.direct, strict=True)
        return statistics.median(relayed / direct for relayed, direct in pairs)

    @property
    def microseconds(self) -> tuple[float, float]:
        """Time of a call divided by those in flight: direct, relayed; medians."""
        direct, relayed = (statistics.median(side) for side in (self.direct, self.relayed))
        return direct / self.calls * 1e6, relayed / self.calls * 1e6

    @property
    def cpu_microseconds(self) -> float:
        """CPU of the relay for a call; the median over rounds."""
        return statistics.median(self.cpu) / self.calls * 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of one run. Memory in bytes, times in seconds."""

    machine: Mapping[str, str]
    started: float
    resident: int
    peak: int
    series: tuple[Series, ...]

    def named(self, name: str) -> Series:
        """A series by its name. Raises `KeyError`."""
        for one in self.series:
            if one.name == name:
                return one
        raise KeyError(name)


def dump(report: Report) -> str:
    """A report as JSON."""
    return json.dumps(dataclasses.asdict(report), indent=2) + "\n"
