# SPDX-License-Identifier: Apache-2.0
"""Tables of figures."""

from bench import shown

ROWS: shown.Rows = [("what", "s"), ("a", "1.25"), ("longer", "10.5")]


def test_columns_of_figures_end_at_the_same_place() -> None:
    """The first column is text."""
    assert shown.Table(tuple(ROWS)).aligned().splitlines() == [
        "what       s",
        "a       1.25",
        "longer  10.5",
    ]


def test_markdown_has_a_rule_below_the_head() -> None:
    """Figures are aligned to the right there, too."""
    assert shown.Table(tuple(ROWS)).markdown().splitlines()[:3] == [
        "| what | s |",
        "| --- | ---: |",
        "| a | 1.25 |",
    ]


def test_tables_without_figures_are_left_out() -> None:
    """A head alone says nothing."""
    found = shown.tables([ROWS, ROWS[:1], shown.machine({"kernel": "6"})])

    assert [table.rows[0] for table in found] == [("what", "s"), ("machine", "")]
    assert shown.text(found).count("\n\n") == shown.markdown(found).count("\n\n") == 1
