# SPDX-License-Identifier: Apache-2.0
"""Tables for people and JSON for scripts; colour only on a terminal, and never with NO_COLOR."""

import argparse
import dataclasses
import json
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from . import program

_COLOURS = {"ok": "32", "active": "32", "note": "33", "warn": "33", "wrong": "31", "fail": "31"}
_NARROWEST = 30
_GAP = "  "


def add_output(command: argparse.ArgumentParser) -> None:
    """Add `-o`."""
    command.add_argument(
        "-o",
        "--output",
        choices=["table", "json"],
        default="table",
        help="a table for people, or JSON for scripts (default: %(default)s)",
    )


def write_json(around: program.Surroundings, data: Any) -> None:
    """Write data, in a stable order."""
    around.out.write(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_table(
    around: program.Surroundings, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Write rows below a head; the last column is folded to the terminal's width."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    before = sum(widths) + len(_GAP) * len(widths)
    room = max(shutil.get_terminal_size((100, 24)).columns - before, _NARROWEST)
    colour = coloured(around)
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        if colour:
            cells = [paint(cell) for cell in cells]
        folded = textwrap.wrap(line[-1], room) or [""]
        around.out.write(_GAP.join([*cells, folded[0]]).rstrip() + "\n")
        for more in folded[1:]:
            around.out.write(" " * before + more + "\n")


def write_checks(around: program.Surroundings, output: str, checks: Sequence[Any]) -> None:
    """Write checks, as a table or, where `output` says so, as JSON.

    Each is a dataclass whose fields are a name, a `verdict`, a `detail` and a `remedy`, all texts.
    """
    if output == "json":
        write_json(around, [dataclasses.asdict(check) for check in checks])
        return
    rows = [
        (name, str(verdict), f"{detail} -> {remedy}" if remedy else detail)
        for name, verdict, detail, remedy in map(dataclasses.astuple, checks)
    ]
    write_table(around, ("CHECK", "VERDICT", "DETAIL -> REMEDY"), rows)


def write_pairs(around: program.Surroundings, pairs: Mapping[str, str]) -> None:
    """Write names and values, a line each."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        shown = paint(value) if coloured(around) else value
        around.out.write(f"{name.ljust(width)}  {shown}".rstrip() + "\n")


def coloured(around: program.Surroundings) -> bool:
    """Tell whether colours are wanted."""
    return around.out.isatty() and not around.environ.get("NO_COLOR")


def paint(cell: str) -> str:
    """Colour a word that has a colour."""
    colour = _COLOURS.get(cell.strip())
    return f"\x1b[{colour}m{cell}\x1b[0m" if colour else cell
