# SPDX-License-Identifier: Apache-2.0
"""Figures as tables: for a terminal, and as Markdown for the documentation. Pure."""

from .. import shown
from ..shown import Rows, Table
from . import phases, results, targets


def text(report: results.Report) -> str:
    """Give all tables for a terminal."""
    parts = [Table(tuple(shown.machine(report.machine))).aligned()]
    for run in report.runs:
        parts.append(f"{run.shoots} shoots, Clusters of {run.cluster_bytes / 1000:.0f} kB")
        parts += [
            Table(tuple(figures(run))).aligned(),
            memory(run),
            _writes(run),
            Table(tuple(judged(run))).aligned(),
        ]
    return "\n\n".join(parts) + "\n"


def markdown(report: results.Report) -> str:
    """Give all tables as Markdown."""
    parts = [Table(tuple(shown.machine(report.machine))).markdown()]
    for run in report.runs:
        parts.append(f"### {run.shoots} shoots")
        parts += [
            Table(tuple(figures(run))).markdown(),
            memory(run) + ".",
            Table(tuple(judged(run))).markdown(),
        ]
    return "\n\n".join(parts) + "\n"


def figures(run: results.Run) -> Rows:
    """Give what each phase took; the first row names the columns."""
    head = ("phase", "s", "p50 s", "p95 s", "max s", "CPU s", "CPU ms each")
    rows: Rows = [(*head, "requests each", "writes", "writes each", "refused")]
    for phase in run.phases:
        took = phase.spread
        rows.append(
            (
                phases.TITLES.get(phase.name, phase.name),
                f"{phase.seconds:.1f}",
                *(
                    (f"{took.p50:.2f}", f"{took.p95:.2f}", f"{took.longest:.2f}")
                    if took
                    else ("", "", "")
                ),
                f"{phase.cpu_seconds:.2f}",
                f"{1000 * phase.cpu_seconds / run.shoots:.1f}",
                f"{phase.asked / run.shoots:.2f}",
                f"{phase.written}",
                f"{phase.written / run.shoots:.2f}",
                f"{phase.refused}",
            )
        )
    return rows


def judged(run: results.Run) -> Rows:
    """Give figures beside their targets; the first row names the columns."""
    rows: Rows = [("figure", "measured", "target", "of target", "Go controller", "")]
    for verdict in targets.judge(run):
        target = verdict.target
        part = f"{verdict.measured / target.limit:.0%}" if target.limit else ""
        rows.append(
            (
                target.title,
                f"{verdict.measured:.1f} {target.unit}".strip(),
                f"{target.limit:g} {target.unit}".strip(),
                part,
                f"{target.go} {target.unit}".strip() if target.go else "",
                "reached" if verdict.reached else "missed",
            )
        )
    return rows


def memory(run: results.Run) -> str:
    """Tell the memory of a run in one line."""
    return (
        f"Memory: {run.started / 1e6:.0f} MB when started, at most {run.peak / 1e6:.0f} MB, "
        f"at most {run.peak_restarted / 1e6:.0f} MB after the restart"
    )


def _writes(run: results.Run) -> str:
    lines = ["writes by kind"]
    for phase in run.phases:
        kinds = ", ".join(f"{what} {number}" for what, number in phase.writes.items())
        lines.append(f"  {phase.name}: {kinds or 'none'}")
    return "\n".join(lines)
