# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data. Times in seconds, memory in bytes. Pure."""

import dataclasses
import statistics
from collections.abc import Callable, Iterable, Mapping

from .. import reports


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    """A policy on a machine of so many CPUs beside so many running containers."""

    policy: str
    cpus: int
    containers: int


@dataclasses.dataclass(frozen=True, slots=True)
class Times:
    """How long single calls took, ascending."""

    create: tuple[float, ...]
    remove: tuple[float, ...]

    @classmethod
    def of(cls, create: Iterable[float], remove: Iterable[float]) -> "Times":
        """Sort, and thin out what are too many."""
        return cls(reports.thinned(sorted(create)), reports.thinned(sorted(remove)))


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """Decisions alone for containers of a kind."""

    where: Where
    kind: str
    times: Times

    @property
    def p99(self) -> float:
        """The time that 99 of 100 decisions do not exceed, the slower of creating and removing."""
        return max(
            reports.percentile(side, 0.99) for side in (self.times.create, self.times.remove)
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Whole:
    """Calls through the daemon, `calls` of each, for containers of a kind.

    CPU is that of the daemon for all of the creates, and for all of the removes. Updates are those
    that the runtime got meanwhile; `idle` ones changed nothing.
    """

    where: Where
    kind: str
    calls: int
    times: Times
    create_cpu: float
    remove_cpu: float
    create_updates: int
    remove_updates: int
    idle: int

    @property
    def cpu_a_create(self) -> float:
        """CPU of the daemon for a create."""
        return self.create_cpu / self.calls

    @property
    def updates_a_create(self) -> float:
        """Updates of other containers for a create."""
        return self.create_updates / self.calls


@dataclasses.dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of the daemon: in memory then, and at most so far."""

    where: Where
    resident: int
    peak: int


@dataclasses.dataclass(frozen=True, slots=True)
class Start:
    """From the start of the process to its first answered call, and its CPU.

    With containers it is a restart; `updates` are those that the runtime got for it.
    """

    where: Where
    seconds: float
    cpu: float
    updates: int


@dataclasses.dataclass(frozen=True, slots=True)
class Beside:
    """Calls to a real containerd in turns, directly and through the daemon, in their order."""

    name: str
    direct: tuple[float, ...]
    relayed: tuple[float, ...]

    @property
    def times(self) -> float:
        """How many times as long it takes through the daemon: the median over turns."""
        pairs = zip(self.relayed, self.direct, strict=True)
        return statistics.median(relayed / direct for relayed, direct in pairs)


Figure = Decision | Whole | Memory | Start | Beside
"""What a run gives, one after the other."""

_KINDS: dict[str, Callable[..., Figure]] = {
    "decisions": Decision,
    "wholes": Whole,
    "memory": Memory,
    "starts": Start,
    "beside": Beside,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of one run; what was not measured is empty."""

    machine: Mapping[str, str]
    decisions: tuple[Decision, ...] = ()
    wholes: tuple[Whole, ...] = ()
    memory: tuple[Memory, ...] = ()
    starts: tuple[Start, ...] = ()
    beside: tuple[Beside, ...] = ()


def collect(machine: Mapping[str, str], figures: Iterable[Figure]) -> Report:
    """Make a report of figures in any order."""
    return Report(machine, **reports.by_kind(_KINDS, figures))
