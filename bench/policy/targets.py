# SPDX-License-Identifier: Apache-2.0
"""What should come out, beside what the original daemon in Go was measured at. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import beside, results
from .scenes import Kind

SMALL, LARGE = 112, 4096
"""CPUs of the machines that targets are about."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must not be more than its limit; it is that of the worst policy.

    `figure` gives the figures of all policies by name, none where that was not measured.
    """

    title: str
    unit: str
    limit: float
    go: str
    figure: Callable[[results.Report], Iterable[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target, what was measured, and the policy that was the worst."""

    target: Target
    measured: float
    policy: str

    @property
    def reached(self) -> bool:
        """Whether the figure is within its limit."""
        return self.measured <= self.target.limit


def judge(report: results.Report) -> Iterator[Verdict]:
    """Hold a report against all targets that it has figures for."""
    for target in TARGETS:
        found = [(figure, policy) for policy, figure in target.figure(report)]
        if found:
            yield Verdict(target, *max(found))


def _idle(report: results.Report) -> Iterator[tuple[str, float]]:
    for one in report.wholes:
        yield one.where.policy, one.idle


def _shared(cpus: int) -> Callable[[results.Report], Iterator[tuple[str, float]]]:
    """CPU of a shared create, milliseconds, beside however many containers."""

    def figure(report: results.Report) -> Iterator[tuple[str, float]]:
        for one in report.wholes:
            if one.kind == Kind.SHARED.value and one.where.cpus == cpus:
                yield one.where.policy, one.cpu_a_create * 1e3

    return figure


def _flat(report: results.Report) -> Iterator[tuple[str, float]]:
    """CPU of a shared create beside most containers, as times that beside fewest."""
    found: dict[tuple[str, int], list[results.Whole]] = {}
    for one in report.wholes:
        if one.kind == Kind.SHARED.value:
            found.setdefault((one.where.policy, one.where.cpus), []).append(one)
    for (policy, _), group in found.items():
        fewest, *_, most = sorted(group, key=lambda one: one.where.containers) * 2
        yield policy, most.cpu_a_create / fewest.cpu_a_create


_UPDATE = 200e-6
"""CPU that is granted for each update that changes something, seconds."""


def _exclusive(cpus: int) -> Callable[[results.Report], Iterator[tuple[str, float]]]:
    """CPU of an exclusive create but for its updates, milliseconds."""

    def figure(report: results.Report) -> Iterator[tuple[str, float]]:
        for one in report.wholes:
            if one.kind == Kind.EXCLUSIVE.value and one.where.cpus == cpus:
                granted = one.updates_a_create * _UPDATE
                yield one.where.policy, (one.cpu_a_create - granted) * 1e3

    return figure


def _decision(
    cpus: int, containers: int
) -> Callable[[results.Report], Iterator[tuple[str, float]]]:
    def figure(report: results.Report) -> Iterator[tuple[str, float]]:
        for one in report.decisions:
            if (one.where.cpus, one.where.containers) == (cpus, containers):
                yield one.where.policy, one.p99 * 1e3

    return figure


def _restarts(report: results.Report) -> Iterator[results.Start]:
    return (one for one in report.starts if one.where.containers)


def _times(name: str) -> Callable[[results.Report], Iterator[tuple[str, float]]]:
    def figure(report: results.Report) -> Iterator[tuple[str, float]]:
        return ((beside.POLICY, one.times) for one in report.beside if one.name == name)

    return figure


TARGETS = (
    Target("updates that change nothing", "", 0, "9 of 9, 90 of 90, 971 of 971", _idle),
    Target("CPU of a shared create, 112 CPUs", "ms", 5, "8, 52, 588", _shared(SMALL)),
    Target("CPU of a shared create, 4096 CPUs", "ms", 10, "35, 98, 721", _shared(LARGE)),
    Target("the same beside most containers: times that beside fewest", "", 1.5, "73, 20", _flat),
    Target(
        "CPU of an exclusive create but 0.2 ms an update, 112 CPUs", "ms", 5, "", _exclusive(SMALL)
    ),
    Target("the same, 4096 CPUs", "ms", 10, "", _exclusive(LARGE)),
    Target("decision alone, p99, 100 containers on 112 CPUs", "ms", 2, "", _decision(SMALL, 100)),
    Target(
        "decision alone, p99, 1000 containers on 4096 CPUs", "ms", 8, "", _decision(LARGE, 1000)
    ),
    Target(
        "restart with all containers",
        "s",
        2,
        "1.9; podpools 23.7",
        lambda report: ((one.where.policy, one.seconds) for one in _restarts(report)),
    ),
    Target(
        "containers updated by a restart",
        "",
        0,
        "balloons 999 of 999",
        lambda report: ((one.where.policy, one.updates) for one in _restarts(report)),
    ),
    Target(
        "start on 4096 CPUs",
        "s",
        3,
        "3.9; podpools over 300",
        lambda report: (
            (one.where.policy, one.seconds)
            for one in report.starts
            if one.where.cpus == LARGE and not one.where.containers
        ),
    ),
    Target(
        f"{beside.CREATE} beside {beside.RUNNING} containers: times direct",
        "",
        2,
        "46",
        _times(beside.CREATE),
    ),
    Target(
        f"{beside.REMOVE} beside {beside.RUNNING} containers: times direct",
        "",
        2,
        "65",
        _times(beside.REMOVE),
    ),
)
