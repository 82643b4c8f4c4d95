# SPDX-License-Identifier: Apache-2.0
"""Tables: for a terminal, and as Markdown for the documentation. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Rows = list[tuple[str, ...]]
"""The first row is the head, the first column is text."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, a head first."""

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


def tables(all_rows: Iterable[Rows]) -> list[Table]:
    """Give a table for each that has rows below its head."""
    return [Table(tuple(rows)) for rows in all_rows if len(rows) > 1]


def machine(described: Mapping[str, str]) -> Rows:
    """Give the rows of what was measured on."""
    return [("machine", ""), *described.items()]


def text(shown: Iterable[Table]) -> str:
    """All tables for a terminal."""
    return "\n\n".join(table.aligned() for table in shown) + "\n"


def markdown(shown: Iterable[Table]) -> str:
    """All tables for a page."""
    return "\n\n".join(table.markdown() for table in shown) + "\n"
