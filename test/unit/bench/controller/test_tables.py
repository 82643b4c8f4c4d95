# SPDX-License-Identifier: Apache-2.0
"""Figures are shown as tables."""

from collections.abc import Callable

import pytest
from unit.bench.controller import runs

from bench.controller import phases, results, tables, targets

REPORT = results.Report({"processor": "2 x any", "Python": "3.11"}, (runs.run(10), runs.run(500)))


def test_markdown_tables_are_whole() -> None:
    """All rows of a Markdown table have the cells of its head."""
    blocks = tables.markdown(REPORT).strip().split("\n\n")

    for block in (block for block in blocks if block.startswith("|")):
        assert len({line.count("|") for line in block.splitlines()}) == 1, block


@pytest.mark.parametrize("show", [tables.text, tables.markdown])
def test_every_phase_and_target_is_shown(show: Callable[[results.Report], str]) -> None:
    """Nothing that was measured is left out, and a target that was missed is called so."""
    begins = [line.lstrip("| ").partition("  ")[0] for line in show(REPORT).splitlines()]
    begins = [begin.partition(" |")[0] for begin in begins]

    for title in phases.TITLES.values():
        assert begins.count(title) == 2
    for target in targets.TARGETS:
        assert begins.count(target.title) == (2 if target.any_size else 1)


def test_a_missed_target_is_called_so() -> None:
    """The figure stands beside its target, as a part of it."""
    (row,) = [row for row in tables.judged(runs.run(500)) if row[0] == "delete all in two phases"]

    assert row[1:] == ("80.0 s", "40 s", "200%", "not finished after 106 s", "missed")


def test_columns_are_aligned() -> None:
    """On a terminal the cells of a column end at the same place."""
    lines = tables.text(results.Report({}, (runs.run(500),))).splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("phase"))
    place = lines[head].index("CPU s") + len("CPU s")

    for line in lines[head + 1 : head + 1 + len(phases.TITLES)]:
        assert line[place - 1].isdigit()
        assert line[place] == " "
