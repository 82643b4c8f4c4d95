# SPDX-License-Identifier: Apache-2.0
"""Figures as tables: for a terminal, and as Markdown for the documentation. Pure."""

from collections.abc import Iterable, Sequence

from . import phases, results, targets

Rows = list[tuple[str, ...]]


def text(report: results.Report) -> str:
    """Give all tables for a terminal."""
    parts = [_aligned([("machine", "")] + [(f"  {k}", v) for k, v in report.machine.items()])]
    for run in report.runs:
        parts.append(f"{run.shoots} shoots, Clusters of {run.cluster_bytes / 1000:.0f} kB")
        parts += [_aligned(figures(run)), memory(run), _writes(run), _aligned(judged(run))]
    return "\n\n".join(parts) + "\n"


def markdown(report: results.Report) -> str:
    """Give all tables as Markdown."""
    parts = [_piped([("machine", ""), *report.machine.items()], align="---")]
    for run in report.runs:
        parts.append(f"### {run.shoots} shoots")
        parts += [_piped(figures(run)), memory(run) + ".", _piped(judged(run))]
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


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return "  ".join(cells).rstrip()


def _piped(rows: Sequence[tuple[str, ...]], *, align: str = "---:") -> str:
    head, *body = rows
    lines = [_pipes(head), _pipes(("---", *(align for _ in head[1:])))]
    return "\n".join([*lines, *(_pipes(row) for row in body)])


def _pipes(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"
