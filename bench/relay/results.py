# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data; ratios between the two ways of the same round. Pure."""

import dataclasses
import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
        return percentile(self.direct, part) * 1e3, percentile(self.relayed, part) * 1e3


def percentile(ascending: Sequence[float], part: float) -> float:
    """Give the value that this part of all values does not exceed."""
    return ascending[max(0, math.ceil(part * len(ascending)) - 1)]


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
    series: list[Series] = []
    latencies: list[Latencies] = []
    memory: list[Memory] = []
    starts: list[Start] = []
    peak: Peak | None = None
    for one in figures:
        match one:
            case Series():
                series.append(one)
            case Latencies():
                latencies.append(one)
            case Memory():
                memory.append(one)
            case Start():
                starts.append(one)
            case Peak():
                peak = one
    if peak is None:
        raise ValueError("the run has no peak of memory")
    return Report(machine, tuple(starts), tuple(memory), peak, tuple(series), tuple(latencies))


def dump(report: Report) -> str:
    """A report as JSON; of single latencies the file keeps a thousand, evenly chosen."""
    data = dataclasses.asdict(report)
    for one in data["latencies"]:
        for side in ("direct", "relayed"):
            one[side] = _thinned(one[side])
    return json.dumps(data, indent=1) + "\n"


def _thinned(ascending: Sequence[float]) -> list[float]:
    if len(ascending) <= 1000:
        return list(ascending)
    return [percentile(ascending, part / 1000) for part in range(1, 1001)]


def read(text: str) -> Report:
    """Read what `dump` wrote."""
    data: dict[str, Any] = json.loads(text)
    return Report(
        machine=data["machine"],
        starts=tuple(Start(**one) for one in data["starts"]),
        memory=tuple(Memory(**one) for one in data["memory"]),
        peak=Peak(**data["peak"]),
        series=tuple(
            Series(
                one["name"],
                one["calls"],
                one["in_flight"],
                *(tuple(one[side]) for side in ("direct", "relayed", "cpu")),
            )
            for one in data["series"]
        ),
        latencies=tuple(
            Latencies(one["name"], tuple(one["direct"]), tuple(one["relayed"]))
            for one in data["latencies"]
        ),
    )
