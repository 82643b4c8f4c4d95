# SPDX-License-Identifier: Apache-2.0
"""Progress on a terminal."""

import io

from ctl import progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def heard(err: io.StringIO) -> str:
    """What is written when three pods come in a second each."""
    seconds = iter(range(100))
    with progress.Progress(err, "pod", 3, lambda: float(next(seconds))) as shown:
        for number in (1, 2, 3):
            shown(number)
    return err.getvalue()


def test_a_terminal_shows_one_line_that_goes_away() -> None:
    """Each number takes the place of the one before."""
    assert heard(Terminal()).endswith("\r\x1b[Kpod 3 of 3\r\x1b[K")


def test_a_file_shows_nothing() -> None:
    """Nobody waits before it."""
    assert heard(io.StringIO()) == ""


def test_what_is_quick_shows_nothing() -> None:
    """No line flickers."""
    err = Terminal()
    shown = progress.Progress(err, "pod", 3, lambda: 5.0)
    shown(1)
    shown.done()

    assert err.getvalue() == ""
