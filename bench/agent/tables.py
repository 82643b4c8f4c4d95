# SPDX-License-Identifier: Apache-2.0
"""Figures as tables. Pure."""

from .. import shown
from .. import targets as judged
from ..shown import Rows
from . import results, targets


def tables(report: results.Report) -> list[shown.Table]:
    """All that have rows: machine, latencies, the idle agent, phases, requests, targets."""
    all_rows: tuple[Rows, ...] = (
        shown.machine(report.machine),
        _latencies(report),
        _idle(report),
        _phases(report),
        _requests(report),
        judged.rows(targets.judge(report)),
    )
    return shown.tables(all_rows)


def _latencies(report: results.Report) -> Rows:
    rows: Rows = [("after a ConfigMap is written", "times", "p50 s", "p95 s", "max s")]
    for one in report.latencies:
        parts = (f"{one.part(part):.2f}" for part in (0.5, 0.95, 1.0))
        rows.append((one.name, f"{len(one.times)}", *parts))
    return rows


def _idle(report: results.Report) -> Rows:
    rows: Rows = [("one agent, idle", "")]
    if (idle := report.idle) is not None:
        rows += [
            ("seconds", f"{idle.seconds:.0f}"),
            ("CPU ms in a minute", f"{idle.cpu / idle.seconds * 60e3:.1f}"),
            ("memory, MB", f"{idle.resident / 1e6:.1f}"),
            ("memory at most so far, MB", f"{idle.peak / 1e6:.1f}"),
        ]
    return rows


def _phases(report: results.Report) -> Rows:
    rows: Rows = [
        (
            "phase",
            "agents",
            "s",
            "requests",
            "each",
            "a second",
            "busiest second",
            "put off",
            "watches begun",
            "API server CPU s",
        )
    ]
    rows += [
        (
            one.name,
            f"{one.agents}",
            f"{one.seconds:.1f}",
            f"{one.asked}",
            f"{one.asked / one.agents:.2f}",
            f"{one.asked / one.seconds:.1f}",
            f"{one.busiest}",
            f"{one.put_off}",
            f"{one.watches}",
            f"{one.server_cpu:.1f}",
        )
        for one in report.phases
    ]
    return rows


def _requests(report: results.Report) -> Rows:
    names = [one.name for one in report.phases]
    kinds = sorted({kind for one in report.phases for kind in one.requests})
    rows: Rows = [("requests", *names)]
    for kind in kinds:
        rows.append((kind, *(f"{one.requests.get(kind, 0)}" for one in report.phases)))
    return rows
