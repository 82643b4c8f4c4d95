# SPDX-License-Identifier: Apache-2.0
"""What should come out. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from .. import targets
from . import results

APPLIED: Final = "the daemon has it"
REPORTED: Final = "the node's report says so"
EVERYWHERE: Final = "told, of many agents at once"
ALONE: Final = "one agent, idle"
START, IDLE, CHANGE = "start", "idle", "a ConfigMap changed"


Target = targets.Target


def judge(report: results.Report) -> Iterator[targets.Verdict[results.Report]]:
    """Hold a report against all targets that it has figures for."""
    return targets.judge(TARGETS, report)


def _applied(report: results.Report) -> float | None:
    found = report.latency(APPLIED)
    return found.part(0.95) if found else None


def _hourly(name: str) -> Callable[[results.Report], float | None]:
    def figure(report: results.Report) -> float | None:
        found = report.phase(name)
        return found.hourly if found else None

    return figure


def _memory(report: results.Report) -> float | None:
    return report.idle.peak / 1e6 if report.idle else None


TARGETS: Final[tuple[targets.Target[results.Report], ...]] = (
    Target("ConfigMap change to the daemon, p95, settling included", "s", 3, _applied),
    Target("requests of an idle agent in an hour, but watches", "", 12, _hourly(ALONE)),
    Target("the same, of many", "", 12, _hourly(IDLE)),
    Target("memory of an agent, at most", "MB", 45, _memory),
)
