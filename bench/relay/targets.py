# SPDX-License-Identifier: Apache-2.0
"""What should come out, beside what a relay in Go was measured at on such a machine. Pure."""

from collections.abc import Callable, Iterator

from .. import targets
from . import results

Target = targets.Target


def judge(report: results.Report) -> Iterator[targets.Verdict[results.Report]]:
    """Hold a report against all targets that it has figures for."""
    return targets.judge(TARGETS, report)


def _p99(name: str) -> Callable[[results.Report], float | None]:
    """Give milliseconds of single calls through the relay."""

    def figure(report: results.Report) -> float | None:
        found = report.calls(name)
        return None if found is None else found.milliseconds(0.99)[1]

    return figure


TARGETS: tuple[targets.Target[results.Report], ...] = (
    Target(
        "Version, 1 in flight: times direct",
        "",
        3.6,
        lambda report: report.named("Version, 1 in flight").slower,
        "4.1 to 5.1",
    ),
    Target(
        "Version, 8 in flight: part of direct's throughput",
        "",
        0.28,
        lambda report: 1 / report.named("Version, 8 in flight").slower,
        "0.16 to 0.28",
        floor=True,
    ),
    Target(
        "CPU a call, 8 in flight",
        "us",
        45,
        lambda report: report.named("Version, 8 in flight").cpu_microseconds,
        "64 to 76",
    ),
    Target(
        "ListContainers of 500 containers: times direct",
        "",
        1.3,
        lambda report: report.named("ListContainers, 500 containers").slower,
    ),
    Target(
        "Version, p99 while 500 containers are listed",
        "ms",
        5,
        _p99(results.LISTING),
    ),
    Target(
        "Version, p99 while a policy recomputes",
        "ms",
        5,
        _p99(results.RECOMPUTING),
    ),
    Target(
        "memory after 10,000 calls",
        "MB",
        28,
        lambda report: report.memory[0].resident / 1e6,
        "33",
    ),
    Target(
        "memory that further calls add",
        "MB",
        1,
        lambda report: report.growth / 1e6,
    ),
    Target(
        "start to the first answered call",
        "s",
        0.25,
        lambda report: report.start.seconds,
    ),
)
