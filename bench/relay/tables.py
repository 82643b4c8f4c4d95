# SPDX-License-Identifier: Apache-2.0
"""Figures as tables. Pure."""

from .. import shown
from .. import targets as judged
from ..shown import Rows
from . import results, targets


def tables(report: results.Report) -> list[shown.Table]:
    """All of them: the machine, loads, latencies, memory, starts, targets."""
    all_rows: tuple[Rows, ...] = (
        shown.machine(report.machine),
        _series(report),
        _latencies(report),
        _memory(report),
        _starts(report),
        judged.rows(targets.judge(report), "Go relay"),
    )
    return shown.tables(all_rows)


def _series(report: results.Report) -> Rows:
    rows: Rows = [("load", "direct us", "relayed us", "times", "added us", "CPU us a call")]
    for one in report.series:
        direct, relayed = one.microseconds
        rows.append(
            (
                one.name,
                f"{direct:.1f}",
                f"{relayed:.1f}",
                f"{one.slower:.2f}",
                f"{relayed - direct:.1f}",
                f"{one.cpu_microseconds:.1f}",
            )
        )
    return rows


def _latencies(report: results.Report) -> Rows:
    rows: Rows = [("single calls", "direct ms", "relayed ms")]
    for one in report.latencies:
        for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            direct, relayed = one.milliseconds(part)
            rows.append((f"{one.name}, {name}", f"{direct:.2f}", f"{relayed:.2f}"))
    return rows


def _memory(report: results.Report) -> Rows:
    rows: Rows = [("memory", "MB")]
    rows += [(f"after {one.calls:,} calls", f"{one.resident / 1e6:.1f}") for one in report.memory]
    rows.append(("at most, all loads of the first table", f"{report.peak.resident / 1e6:.1f}"))
    return rows


def _starts(report: results.Report) -> Rows:
    rows: Rows = [("start to the first answered call", "s", "CPU s")]
    for number, one in enumerate(report.starts, 1):
        rows.append((str(number), f"{one.seconds:.3f}", f"{one.cpu:.3f}"))
    rows.append(("median", f"{report.start.seconds:.3f}", f"{report.start.cpu:.3f}"))
    return rows
