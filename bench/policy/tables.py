# SPDX-License-Identifier: Apache-2.0
"""Figures as tables. Pure."""

import statistics
from collections.abc import Iterator

from .. import reports, shown
from ..shown import Rows
from . import results, targets


def tables(report: results.Report) -> list[shown.Table]:
    """All that have rows: machine, creates by kind, starts, memory, containerd, targets."""
    all_rows: tuple[Rows, ...] = (
        shown.machine(report.machine),
        *(_creates(report, kind) for kind in ("shared", "exclusive")),
        _starts(report),
        _beside(report),
        _verdicts(report),
    )
    return shown.tables(all_rows)


def _creates(report: results.Report, kind: str) -> Rows:
    """One line for each policy, machine and number of containers."""
    rows: Rows = [
        (
            f"{kind}: policy, CPUs, containers",
            "decision ms",
            "p99",
            "create ms",
            "p99",
            "remove ms",
            "p99",
            "CPU ms a create",
            "a remove",
            "updates a create",
            "in vain",
        )
    ]
    decisions = {one.where: one for one in report.decisions if one.kind == kind}
    for one in report.wholes:
        if one.kind != kind:
            continue
        decision = decisions.get(one.where)
        rows.append(
            (
                f"{one.where.policy}, {one.where.cpus}, {one.where.containers}",
                *(_times(decision.times.create) if decision else ("", "")),
                *_times(one.times.create),
                *_times(one.times.remove),
                f"{one.cpu_a_create * 1e3:.2f}",
                f"{one.remove_cpu / one.calls * 1e3:.2f}",
                f"{one.updates_a_create:.1f}",
                f"{one.idle}",
            )
        )
    return rows


def _times(ascending: tuple[float, ...]) -> Iterator[str]:
    """Give median and p99 in milliseconds."""
    return (f"{reports.percentile(ascending, part) * 1e3:.2f}" for part in (0.5, 0.99))


def _starts(report: results.Report) -> Rows:
    """Starts and restarts of a policy on a machine, and its memory by containers."""
    sizes = sorted({one.where.containers for one in report.memory})
    head = ("policy, CPUs", "start s", "CPU s", "restart s", "CPU s", "updated by it")
    rows: Rows = [(*head, *(f"MB with {size}" for size in sizes))]
    for start in report.starts:
        where = start.where
        if where.containers:
            continue
        alike = (where.policy, where.cpus)
        again = [one for one in report.starts if _alike(one.where, where) and one.where.containers]
        memory = {
            one.where.containers: f"{one.resident / 1e6:.1f}"
            for one in report.memory
            if _alike(one.where, where)
        }
        rows.append(
            (
                f"{alike[0]}, {alike[1]}",
                f"{start.seconds:.2f}",
                f"{start.cpu:.2f}",
                *(f"{again[0].seconds:.2f}" if again else "",),
                *(f"{again[0].cpu:.2f}" if again else "",),
                *(f"{again[0].updates}" if again else "",),
                *(memory.get(size, "") for size in sizes),
            )
        )
    return rows


def _alike(one: results.Where, other: results.Where) -> bool:
    return (one.policy, one.cpus) == (other.policy, other.cpus)


def _beside(report: results.Report) -> Rows:
    rows: Rows = [("containerd, topology-aware", "direct ms", "through it ms", "times")]
    for one in report.beside:
        sides = (f"{statistics.median(side) * 1e3:.2f}" for side in (one.direct, one.relayed))
        rows.append((one.name, *sides, f"{one.times:.2f}"))
    return rows


def _verdicts(report: results.Report) -> Rows:
    rows: Rows = [("figure", "measured", "worst", "target", "Go daemon", "")]
    for verdict in targets.judge(report):
        target = verdict.target
        rows.append(
            (
                target.title,
                f"{verdict.measured:.2f} {target.unit}".strip(),
                verdict.policy if verdict.measured else "",
                f"at most {target.limit:g} {target.unit}".strip(),
                target.go,
                "reached" if verdict.reached else "missed",
            )
        )
    return rows
