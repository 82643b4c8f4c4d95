# SPDX-License-Identifier: Apache-2.0
"""What was measured, as data. Times in seconds, memory in bytes. Pure."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from garden import audit

from .. import reports

HOUR: Final = 3600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Latency:
    """How long something took after a ConfigMap was written, ascending."""

    name: str
    times: tuple[float, ...]

    def part(self, part: float) -> float:
        """Give the time that this part of all did not exceed."""
        return reports.percentile(self.times, part)


@dataclasses.dataclass(frozen=True, slots=True)
class Phase:
    """What agents asked of the API server in a stretch of time.

    `requests` counts by verb and resource without watches, `busiest` those of the busiest second,
    `put_off` those that the server was too busy for (429), which are made again; `server_cpu` is
    CPU time of the API server.
    """

    name: str
    agents: int
    seconds: float
    requests: Mapping[str, int]
    watches: int
    busiest: int
    put_off: int
    server_cpu: float

    @property
    def asked(self) -> int:
        """Requests in all."""
        return sum(self.requests.values())

    @property
    def hourly(self) -> float:
        """Requests of one agent in an hour, if it went on like that."""
        return self.asked / self.agents / self.seconds * HOUR


@dataclasses.dataclass(frozen=True, slots=True)
class Idle:
    """One agent's process while nothing happens: memory then and at most so far, CPU."""

    seconds: float
    cpu: float
    resident: int
    peak: int


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """All of one run; what was not measured is empty."""

    machine: Mapping[str, str]
    latencies: tuple[Latency, ...] = ()
    phases: tuple[Phase, ...] = ()
    idle: Idle | None = None

    def latency(self, name: str) -> Latency | None:
        """Find one."""
        return next((one for one in self.latencies if one.name == name), None)

    def phase(self, name: str) -> Phase | None:
        """Find one."""
        return next((one for one in self.phases if one.name == name), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, UTC, before its requests are counted."""

    name: str
    agents: int
    begun: datetime
    ended: datetime
    server_cpu: float


def phases(
    windows: Iterable[Window], requests: Iterable[audit.Request], account: str
) -> tuple[Phase, ...]:
    """Put an account's requests to the windows in which they arrived."""
    ours = [(datetime.fromisoformat(one.time), one) for one in audit.by_user(requests, account)]
    return tuple(_phase(window, ours) for window in windows)


def _phase(window: Window, requests: Iterable[tuple[datetime, audit.Request]]) -> Phase:
    inside = [(at, one) for at, one in requests if window.begun <= at < window.ended]
    short = [(at, one) for at, one in inside if one.verb != "watch"]
    kinds = Counter(f"{one.verb} {one.resource}" for _, one in short)
    seconds = Counter(int((at - window.begun).total_seconds()) for at, _ in short)
    return Phase(
        window.name,
        window.agents,
        (window.ended - window.begun).total_seconds(),
        dict(sorted(kinds.items())),
        len(inside) - len(short),
        max(seconds.values(), default=0),
        sum(one.code == HTTPStatus.TOO_MANY_REQUESTS for _, one in inside),
        window.server_cpu,
    )
