# SPDX-License-Identifier: Apache-2.0
"""Figures as text for a terminal, and as Markdown. Pure."""

import dataclasses

from . import results, targets


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first row is the head, the first column is text."""

    rows: tuple[tuple[str, ...], ...]

    def aligned(self) -> str:
        """For a terminal."""
        widths = [max(len(cell) for cell in column) for column in zip(*self.rows, strict=True)]
        lines = []
        for first, *rest in self.rows:
            cells = [first.ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)

    def markdown(self) -> str:
        """For a page."""
        head, *rows = self.rows
        rule = ("---", *("---:" for _ in head[1:]))
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def text(report: results.Report) -> str:
    """All tables for a terminal."""
    return "\n\n".join(table.aligned() for table in tables(report)) + "\n"


def markdown(report: results.Report) -> str:
    """All tables for a page."""
    return "\n\n".join(table.markdown() for table in tables(report)) + "\n"


def tables(report: results.Report) -> list[Table]:
    """All of them: the machine, loads, latencies, memory, starts, targets."""
    machine: list[tuple[str, ...]] = [("machine", ""), *report.machine.items()]
    shown = (
        machine,
        _series(report),
        _latencies(report),
        _memory(report),
        _starts(report),
        _verdicts(report),
    )
    return [Table(tuple(rows)) for rows in shown]


def _series(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("load", "direct us", "relayed us", "times", "added us", "CPU us a call")
    ]
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


def _latencies(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("single calls", "direct ms", "relayed ms")]
    for one in report.latencies:
        for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            direct, relayed = one.milliseconds(part)
            rows.append((f"{one.name}, {name}", f"{direct:.2f}", f"{relayed:.2f}"))
    return rows


def _memory(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("memory", "MB")]
    rows += [(f"after {one.calls:,} calls", f"{one.resident / 1e6:.1f}") for one in report.memory]
    rows.append(("at most, all loads of the first table", f"{report.peak.resident / 1e6:.1f}"))
    return rows


def _starts(report: results.Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("start to the first answered call", "s", "CPU s")]
    for number, one in enumerate(report.starts, 1):
        rows.append((str(number), f"{one.seconds:.3f}", f"{one.cpu:.3f}"))
    rows.append(("median", f"{report.start.seconds:.3f}", f"{report.start.cpu:.3f}"))
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
