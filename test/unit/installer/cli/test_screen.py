# SPDX-License-Identifier: Apache-2.0
"""Tables, and colours where they belong."""

import io

import pytest

from installer.cli import program, screen


class Terminal(io.StringIO):
    """An output that a person looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def around(out: io.StringIO, **environ: str) -> program.Surroundings:
    """Surroundings with this output."""
    return program.Surroundings(environ, out, io.StringIO())


def test_a_table_is_aligned_and_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last column takes what room is left."""
    monkeypatch.setenv("COLUMNS", "50")
    out = io.StringIO()
    rows = [("a", "ok", "word " * 12), ("long name", "wrong", "")]
    screen.write_table(around(out), ("CHECK", "VERDICT", "DETAIL"), rows)
    lines = out.getvalue().splitlines()

    assert lines[0] == "CHECK      VERDICT  DETAIL"
    assert lines[1].startswith("a          ok       word word")
    assert lines[2].startswith(" " * 20 + "word")
    assert lines[-1] == "long name  wrong"
    assert max(map(len, lines)) <= 50


@pytest.mark.parametrize(
    ("out", "environ", "colour"),
    [
        (io.StringIO(), {}, False),
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals(
    out: io.StringIO, environ: dict[str, str], *, colour: bool
) -> None:
    """And only for those who want it."""
    screen.write_table(around(out, **environ), ("A", "B"), [("wrong", "x")])

    assert ("\x1b[31m" in out.getvalue()) is colour


def test_json_is_stable() -> None:
    """Keys in order, no escapes for letters."""
    out = io.StringIO()
    screen.write_json(around(out), {"b": 1, "a": "ü"})

    assert out.getvalue() == '{\n  "a": "ü",\n  "b": 1\n}\n'
