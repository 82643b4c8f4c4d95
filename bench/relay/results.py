# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data; ratios between the two ways of the same round. Pure."""

import dataclasses
import statistics
from collections.abc import Callable, Iterable, Mapping

from .. import reports

LISTING = "Version, 500 containers being listed"
RECOMPUTING = "Version, a policy recomputing"


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
class Latencies:
    """How long single calls took: seconds, ascending."""

    name: str
    direct: tuple[float, ...]
    relayed: tuple[float, ...]

    def milliseconds(self, part: float) -> tuple[float, float]:
        """Give what this part of the calls did not exceed: direct, relayed; 0.99 for p99."""
        direct, relayed = (reports.percentile(side, part) for side in (self.direct, self.relayed))
        return direct * 1e3, relayed * 1e3


@dataclasses.dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in memory after so many calls to a fresh relay."""

    calls: int
    resident: int


@dataclasses.dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start to the first answered call, and of CPU until then."""

    seconds: float
    cpu: float


@dataclasses.dataclass(frozen=True, slots=True)
class Peak:
    """Bytes in memory at most, of the relay that all loads were given to."""

    resident: int


Figure = Series | Latencies | Memory | Start | Peak
"""What a run gives, one after the other."""

_KINDS: dict[str, Callable[..., Figure]] = {
    "starts": Start,
    "memory": Memory,
    "peak": Peak,
    "series": Series,
    "latencies": Latencies,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of one run. Memory in bytes, times in seconds."""

    machine: Mapping[str, str]
    starts: tuple[Start, ...]
    memory: tuple[Memory, ...]
    """The first after 10,000 calls."""

    peak: Peak
    series: tuple[Series, ...]
    latencies: tuple[Latencies, ...]

    def named(self, name: str) -> Series:
        """A series by its name. Raises `KeyError`."""
        for one in self.series:
            if one.name == name:
                return one
        raise KeyError(name)

    def calls(self, name: str) -> Latencies | None:
        """Give single calls by their name, `None` where they were not measured."""
        return next((one for one in self.latencies if one.name == name), None)

    @property
    def start(self) -> Start:
        """Medians of all starts."""
        return Start(
            statistics.median(one.seconds for one in self.starts),
            statistics.median(one.cpu for one in self.starts),
        )

    @property
    def growth(self) -> int:
        """Bytes that memory grew by from the first reading to the last one."""
        return self.memory[-1].resident - self.memory[0].resident


def collect(machine: Mapping[str, str], figures: Iterable[Figure]) -> Report:
    """Make a report of figures as they come. Raises `ValueError` when there is no peak."""
    found = reports.by_kind(_KINDS, figures)
    if not found["peak"]:
        raise ValueError("the run has no peak of memory")
    return Report(machine, **{**found, "peak": found["peak"][-1]})


def dump(report: Report) -> str:
    """A report as JSON; of single latencies the file keeps some, evenly chosen."""
    kept = (
        dataclasses.replace(
            one, direct=reports.thinned(one.direct), relayed=reports.thinned(one.relayed)
        )
        for one in report.latencies
    )
    return reports.dump(dataclasses.replace(report, latencies=tuple(kept)))
