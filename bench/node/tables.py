# SPDX-License-Identifier: Apache-2.0
"""Figures as tables. Pure."""

import statistics

from .. import reports, shown
from .. import targets as judged
from ..shown import Rows
from . import results, targets


def tables(report: results.Report) -> list[shown.Table]:
    """All that have rows: machine, joins, restarts, pods, memory, CPU, programs, kills, targets."""
    all_rows: tuple[Rows, ...] = (
        shown.machine(report.machine),
        _joins(report),
        _restarts(report),
        _pods(report),
        _memory(report),
        _cpu(report),
        _programs(report),
        _killed(report),
        judged.rows(targets.judge(report)),
    )
    return shown.tables(all_rows)


def _joins(report: results.Report) -> Rows:
    head = ("to the relay, s", "from DaemonSet", "of it pull", "from pod start", "no kubelet")
    return [
        (*head, "plain restart"),
        *(
            (
                each.node,
                *(f"{one:.2f}" for one in (each.applied, each.pull, each.pod, each.outage)),
                f"{report.restart(each.node, 'containerd'):.2f}",
            )
            for each in report.joins
        ),
    ]


def _restarts(report: results.Report) -> Rows:
    rows: Rows = [("plain restarts of the kubelet", "without it, s")]
    for each in sorted({(each.node, each.runtime) for each in report.restarts}):
        node, runtime = each
        found = [f"{one.seconds:.2f}" for one in report.restarts if (one.node, one.runtime) == each]
        rows.append((f"{node}, on {runtime}", ", ".join(found)))
    return rows


def _pods(report: results.Report) -> Rows:
    head = ("pods", "direct ms", "relayed ms", "times", "give or take")
    rows: Rows = [(*head, "direct p95", "relayed p95")]
    for each in report.pods:
        sides = (each.direct, each.relayed)
        rows.append(
            (
                f"{len(each.direct)} x {each.name}",
                *(f"{statistics.median(side) * 1e3:.0f}" for side in sides),
                f"{each.times:.3f}",
                f"{each.error:.3f}",
                *(f"{reports.percentile(sorted(side), 0.95) * 1e3:.0f}" for side in sides),
            )
        )
    return rows


def _memory(report: results.Report) -> Rows:
    return [
        ("memory", "MB", "its share", "at most"),
        *(
            (each.name, *(f"{one / 1e6:.1f}" for one in (each.resident, each.share, each.peak)))
            for each in report.memory
        ),
    ]


def _cpu(report: results.Report) -> Rows:
    rows: Rows = [("CPU in an idle minute", "s")]
    return rows + [(each.name, f"{each.seconds:.2f}") for each in report.cpu]


def _programs(report: results.Report) -> Rows:
    rows: Rows = [("start to end", "median s", "max s")]
    for each in report.programs:
        rows.append(
            (each.name, f"{statistics.median(each.seconds):.3f}", f"{max(each.seconds):.3f}")
        )
    return rows


def _killed(report: results.Report) -> Rows:
    rows: Rows = [("relay killed", "answers again s", "for good: kubelet back s")]
    return rows + [
        (each.node, f"{each.again:.2f}", f"{each.given_back:.1f}") for each in report.killed
    ]
