# SPDX-License-Identifier: Apache-2.0
"""What commands print: tables for people, documents for machines.

Tables use the width of a terminal, and colour there unless NO_COLOR is set. Into a file or a pipe
they go without colour and without folding, a row a line, so that they can be searched. Documents
have all that is known, their members in the order of the data; members are added, never changed.
"""

import argparse
import json
import os
import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TextIO

FORMS: Final = ("table", "json", "yaml")
TABLE, JSON, YAML = FORMS

_GREEN, _YELLOW, _RED, _BOLD = "32", "33", "31", "1"
_COLOURS: Mapping[str, str] = {
    **dict.fromkeys(("ok", "yes", "active", "used", "accepted", "applied"), _GREEN),
    **dict.fromkeys(("note", "warning", "unknown", "stale", "waiting", "behind"), _YELLOW),
    **dict.fromkeys(("wrong", "no", "refused", "rejected", "failed", "unreachable"), _RED),
}
"""Words that have a colour where they are all of a cell."""

_NARROWEST: Final = 24
"""Columns that a folded cell has at least."""

_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Screen:
    """Where tables go, and what they may use there; `width` in columns, 0 without an end."""

    out: TextIO
    width: int = 0
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: numbers stand `right`; what is too long for a terminal is folded."""

    title: str
    right: bool = False


def add_output(command: argparse.ArgumentParser) -> None:
    """Add `-o`, whose value is one of `FORMS`."""
    command.add_argument(
        "-o",
        "--output",
        choices=FORMS,
        default=TABLE,
        help="tables for people, or a document for machines (default: %(default)s)",
    )


def screen(out: TextIO, environ: Mapping[str, str] = os.environ) -> Screen:
    """Give what a stream is able to show."""
    if not out.isatty():
        return Screen(out)
    width = shutil.get_terminal_size((100, 24)).columns
    return Screen(out, width, not environ.get("NO_COLOR") and environ.get("TERM") != "dumb")


def write_document(out: TextIO, data: Any, form: str) -> None:
    """Write plain data as JSON or YAML."""
    if form == YAML:
        import yaml  # noqa: PLC0415 - for this form alone

        out.write(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))
    else:
        out.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def write_table(
    where: Screen, columns: Sequence[str | Column], rows: Iterable[Sequence[object]]
) -> None:
    """Write rows below a head; cells are shown by `str`, None as a dash.

    On a terminal the last column is folded to what is left of the width.
    """
    heads = [Column(one) if isinstance(one, str) else one for one in columns]
    lines = [[plain(cell) for cell in row] for row in rows]
    every = [[one.title for one in heads], *lines]
    widths = [max(len(line[at]) for line in every) for at in range(len(heads))]
    before = sum(widths[:-1]) + len(_GAP) * (len(heads) - 1)
    if not heads[-1].right:
        widths[-1] = 0  # Blanks behind a line would make it longer than a terminal is wide.
    room = max(where.width - before, _NARROWEST) if where.width else 0
    for number, line in enumerate(every):
        last = textwrap.wrap(line[-1], room) if room and not heads[-1].right else [line[-1]]
        cells = [*line[:-1], *(last[:1] or [""])]
        shown = [
            _painted(where, _aligned(cell, width, head), bold=not number)
            for cell, width, head in zip(cells, widths, heads, strict=True)
        ]
        where.out.write(_GAP.join(shown).rstrip() + "\n")
        where.out.writelines(f"{' ' * before}{more}\n" for more in last[1:])


def write_pairs(where: Screen, pairs: Mapping[str, object] | Sequence[tuple[str, object]]) -> None:
    """Write names with their values, a line each; None as a dash. A name may come again."""
    listed = list(pairs.items()) if isinstance(pairs, Mapping) else pairs
    width = max((len(name) for name, _ in listed), default=0)
    room = max(where.width - width - len(_GAP), _NARROWEST) if where.width else 0
    for name, value in listed:
        cell = plain(value)
        first, *more = (textwrap.wrap(cell, room) if room else [cell]) or [""]
        shown = _painted(where, first, bold=False)
        where.out.write(f"{name.ljust(width)}{_GAP}{shown}".rstrip() + "\n")
        where.out.writelines(f"{' ' * (width + len(_GAP))}{line}\n" for line in more)


def write_marked(where: Screen, mark: str, text: str) -> None:
    """Write a line behind a mark: + for what comes, - for what goes, ~ for what changes."""
    line = plain(f"{mark}{text}")
    colour = {"+": _GREEN, "-": _RED, "~": _YELLOW}.get(mark)
    where.out.write(f"\x1b[{colour}m{line}\x1b[0m\n" if where.colour and colour else f"{line}\n")


def one_line(text: object) -> str:
    """Put the lines of a text, such as several problems, into one."""
    return "; ".join(filter(None, map(str.strip, str(text or "").splitlines())))


def plain(value: object) -> str:
    """Show a value in one line that no terminal obeys; None as a dash."""
    text = "-" if value is None else str(value)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)


def _aligned(cell: str, width: int, head: Column) -> str:
    return cell.rjust(width) if head.right else cell.ljust(width)


def _painted(where: Screen, cell: str, *, bold: bool) -> str:
    colour = _BOLD if bold else _COLOURS.get(cell.strip())
    return f"\x1b[{colour}m{cell}\x1b[0m" if where.colour and colour else cell
