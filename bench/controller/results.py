# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .. import reports

LEASES = "leases"
"""Resource that counts in no figure: leader election and heartbeat write it all the time."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that single objects took."""

    p50: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class Phase:
    """One thing done with all shoots.

    `seconds` of wall time, `cpu_seconds` of the controller, `resident` bytes of it at the end.
    `requests` are all that its ServiceAccount asked, by `<verb> <resource>`, watches and Leases
    excepted; `writes` are those that were accepted and changed something, Leases included.
    """

    name: str
    seconds: float
    cpu_seconds: float
    resident: int
    requests: Mapping[str, int]
    writes: Mapping[str, int]
    refused: int = 0
    spread: Spread | None = None

    @property
    def written(self) -> int:
        """Number of writes, those of Leases excepted."""
        return sum(n for what, n in self.writes.items() if not what.endswith(f" {LEASES}"))

    @property
    def asked(self) -> int:
        """Number of requests."""
        return sum(self.requests.values())


@dataclass(frozen=True, slots=True)
class Run:
    """All phases with so many shoots; `peak` and `started` are bytes in RAM of the controller.

    `peak` is the most of its whole life, `started` when it was ready and knew no shoot yet;
    `peak_restarted` is the most of a second life that began with all shoots there.
    """

    shoots: int
    cluster_bytes: int
    started: int
    peak: int
    peak_restarted: int
    phases: tuple[Phase, ...]

    def phase(self, name: str) -> Phase:
        """Give a phase by its name. Raises `KeyError`."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Report:
    """Runs on one machine; `machine` is what it is and which versions ran, name -> text."""

    machine: Mapping[str, str]
    runs: tuple[Run, ...] = field(default=())


def spread(seconds: Sequence[float]) -> Spread:
    """Sum up what single objects took; percentiles by nearest rank."""
    ordered = sorted(seconds)
    p50, p95 = (reports.percentile(ordered, part) for part in (0.5, 0.95))
    return Spread(round(p50, 3), round(p95, 3), round(ordered[-1], 3))
