# SPDX-License-Identifier: Apache-2.0
"""A stretch of time, what the controller used in it, and afterwards what it asked in it.

Requests are counted from the API server's audit log when all is over: by when they arrived, so
that reading the log costs the measured time nothing and a late line is not lost.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from garden import audit

from . import results, usage


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured of a phase while it ran; `begun` and `ended` are UTC."""

    name: str
    begun: datetime
    ended: datetime
    cpu_seconds: float
    resident: int
    each: tuple[float, ...] = ()
    """Seconds that single objects took."""


class Watch:
    """Measures one stretch: made at its begin, `stop` at its end.

    `fresh` counts the whole CPU time of a process that is not there yet.
    """

    def __init__(self, name: str, pid: Callable[[], int], *, fresh: bool = False) -> None:
        """Begin now."""
        self._name = name
        self._pid = pid
        self._cpu = 0.0 if fresh else usage.cpu_seconds(pid())
        self._begun = datetime.now(UTC)

    def stop(self, each: Iterable[float] = ()) -> Window:
        """End now."""
        ended = datetime.now(UTC)
        pid = self._pid()
        return Window(
            self._name,
            self._begun,
            ended,
            usage.cpu_seconds(pid) - self._cpu,
            usage.resident_bytes(pid),
            tuple(each),
        )


def phases(
    windows: Sequence[Window], requests: Iterable[audit.Request]
) -> tuple[results.Phase, ...]:
    """Put the controller's requests to the windows in which they arrived."""
    found: list[list[audit.Request]] = [[] for _ in windows]
    for request in requests:
        moment = datetime.fromisoformat(request.time)
        for window, inside in zip(windows, found, strict=True):
            if window.begun <= moment < window.ended:
                inside.append(request)
    return tuple(_phase(window, inside) for window, inside in zip(windows, found, strict=True))


def _phase(window: Window, requests: list[audit.Request]) -> results.Phase:
    return results.Phase(
        name=window.name,
        seconds=round((window.ended - window.begun).total_seconds(), 3),
        cpu_seconds=round(window.cpu_seconds, 2),
        resident=window.resident,
        requests=_counted(
            request
            for request in requests
            if request.verb != "watch" and request.resource != results.LEASES
        ),
        writes=_counted(request for request in requests if request.writes),
        refused=sum(request.verb in audit.WRITES and not request.writes for request in requests),
        spread=results.spread(window.each) if window.each else None,
    )


def _counted(requests: Iterable[audit.Request]) -> dict[str, int]:
    counts = Counter(f"{request.verb} {request.resource}" for request in requests)
    return dict(sorted(counts.items()))
