# SPDX-License-Identifier: Apache-2.0
"""Tables and documents."""

import argparse
import io
import json

import yaml
from hypothesis import given
from hypothesis import strategies as some

from ctl import output


def table(where_width: int, *rows: tuple[object, ...], colour: bool = False) -> list[str]:
    """Give the lines of a table with three columns."""
    out = io.StringIO()
    screen = output.Screen(out, where_width, colour)
    output.write_table(screen, ["NAME", output.Column("CPUS", right=True), "WHY"], rows)
    return out.getvalue().splitlines()


def test_columns_are_aligned() -> None:
    """Texts stand left and numbers right, below their heads."""
    assert table(0, ("a", 1, "x"), ("long", 100, "y")) == [
        "NAME  CPUS  WHY",
        "a        1  x",
        "long   100  y",
    ]


def test_what_is_not_known_is_a_dash() -> None:
    """None has a sign, so that no cell is empty by mistake."""
    assert table(0, (None, None, ""))[1] == "-        -"


def test_a_terminal_folds_the_last_column() -> None:
    """Its further lines stand below the first."""
    lines = table(40, ("a", 1, "one two three four five six seven"))

    assert len(lines) > 2
    assert all(len(line) <= 40 for line in lines)
    assert lines[2].startswith(" " * 12)


def test_a_head_is_no_longer_than_the_terminal() -> None:
    """Blanks that only colour makes last would begin a line that is empty."""
    head, *_ = table(40, ("a", 1, "one two three four five six seven"), colour=True)

    assert head.endswith("WHY\x1b[0m")


def test_a_pipe_gets_a_row_a_line() -> None:
    """What is searched is not folded."""
    assert len(table(0, ("a", 1, "words " * 100))) == 2


def test_no_cell_is_obeyed_by_a_terminal() -> None:
    """Escape sequences and line ends of foreign texts are taken out."""
    assert table(0, ("a\x1b[31m", 1, "x\ny"))[1] == "a [31m     1  x y"


def test_words_have_colours_on_a_terminal() -> None:
    """A cell that is a known word is coloured, others are not."""
    lines = table(80, ("ok", 1, "ok then"), colour=True)

    assert "\x1b[32mok  \x1b[0m" in lines[1]
    assert "ok then" in lines[1]


@given(some.lists(some.tuples(some.text(), some.integers(), some.text()), max_size=5))
def test_every_row_is_one_line_without_an_end(rows: list[tuple[str, int, str]]) -> None:
    """Whatever stands in cells, a table without a width has a line for the head and each row."""
    assert len(table(0, *rows)) == len(rows) + 1


def test_a_stream_that_is_no_terminal() -> None:
    """It has neither width nor colour."""
    out = io.StringIO()

    assert output.screen(out, {}) == output.Screen(out, 0, colour=False)


def test_colour_is_switched_off() -> None:
    """By NO_COLOR, and where the terminal can do nothing."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert output.screen(Terminal(), {"TERM": "xterm"}).colour
    assert not output.screen(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}).colour
    assert not output.screen(Terminal(), {"TERM": "dumb"}).colour


def test_pairs_are_aligned_and_folded() -> None:
    """Values stand below each other."""
    out = io.StringIO()

    output.write_pairs(output.Screen(out, 40), {"policy": "none", "why": "word " * 10})

    assert out.getvalue().splitlines()[0] == "policy  none"
    assert all(line.startswith(" " * 8) for line in out.getvalue().splitlines()[2:])


def test_documents_keep_the_order_of_the_data() -> None:
    """JSON and YAML say the same."""
    data = {"b": [1, {"ä": None}], "a": "text"}
    as_json, as_yaml = io.StringIO(), io.StringIO()

    output.write_document(as_json, data, output.JSON)
    output.write_document(as_yaml, data, output.YAML)

    assert json.loads(as_json.getvalue()) == yaml.safe_load(as_yaml.getvalue()) == data
    assert list(json.loads(as_json.getvalue())) == ["b", "a"]
    assert as_yaml.getvalue().startswith("b:")


def test_the_option_knows_its_forms() -> None:
    """A table is the default."""
    command = argparse.ArgumentParser()
    output.add_output(command)

    assert command.parse_args([]).output == output.TABLE
    assert command.parse_args(["-o", "yaml"]).output == output.YAML


def test_marks_have_colours_on_a_terminal() -> None:
    """Elsewhere a line is its mark and its text."""
    plain, coloured = io.StringIO(), io.StringIO()
    for out, colour in ((plain, False), (coloured, True)):
        output.write_marked(output.Screen(out, 0, colour), "+", " key: 1\n")

    assert plain.getvalue() == "+ key: 1 \n"
    assert coloured.getvalue() == "\x1b[32m+ key: 1 \x1b[0m\n"


def test_several_lines_are_put_into_one() -> None:
    """As of a configuration in which more than one thing is wrong."""
    assert output.one_line("a: wrong\n  b: wrong, too\n\n") == "a: wrong; b: wrong, too"
    assert output.one_line(None) == ""
