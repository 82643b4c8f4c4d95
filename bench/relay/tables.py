# SPDX-License-Identifier: Apache-2.0
"""Figures as text for a terminal. Pure."""

from collections.abc import Sequence

from . import results, targets


def text(report: results.Report) -> str:
    """All tables."""
    machine = list(report.machine.items())
    now, peak = report.resident / 1e6, report.peak / 1e6
    memory = f"Memory: {now:.1f} MB after all calls, at most {peak:.1f} MB"
    parts = [_aligned(machine), _aligned(_series(report)), memory, _aligned(_verdicts(report))]
    return "\n\n".join(parts) + "\n"


def _series(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("load", "direct us", "relayed us", "times", "calls/s", "CPU us a call")
    ]
    for one in report.series:
        direct, relayed = one.microseconds
        rows.append(
            (
                one.name,
                f"{direct:.1f}",
                f"{relayed:.1f}",
                f"{one.slower:.2f}",
                f"{1e6 / relayed:.0f}",
                f"{one.cpu_microseconds:.1f}",
            )
        )
    return rows


def _verdicts(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("figure", "measured", "target", "Go relay", "")]
    for verdict in targets.judge(report):
        target = verdict.target
        sign = "at least" if target.floor else "at most"
        rows.append(
            (
                target.title,
                f"{verdict.measured:.2f} {target.unit}".strip(),
                f"{sign} {target.limit:g} {target.unit}".strip(),
                f"{target.go} {target.unit}".strip() if target.go else "",
                "reached" if verdict.reached else "missed",
            )
        )
    return rows


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
