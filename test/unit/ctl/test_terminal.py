# SPDX-License-Identifier: Apache-2.0
"""A terminal: on a real one of the kernel, and where there is none."""

import io
import os
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from ctl import terminal


@pytest.fixture
def pair() -> Iterator[tuple[int, TextIO]]:
    """Give a person's end, as a file descriptor, and the program's end of a terminal."""
    person, program = os.openpty()
    with open(program, "r+b", buffering=0) as raw, io.TextIOWrapper(raw) as end:  # noqa: PTH123
        yield person, end
    os.close(person)


def test_keys_are_read_one_by_one(pair: tuple[int, TextIO]) -> None:
    """Without the return key, each at its turn."""
    person, end = pair
    screen = terminal.Terminal(end, end)
    with screen:
        os.write(person, b"cq")
        keys = [screen.key(5.0), screen.key(5.0), screen.key(0.0)]

    assert keys == ["c", "q", ""]


def test_the_terminal_is_given_back(pair: tuple[int, TextIO]) -> None:
    """Its mode is as before, also when something fails."""
    _, end = pair
    before = termios.tcgetattr(end)
    during = before

    def fail() -> None:
        nonlocal during
        with terminal.Terminal(end, end):
            during = termios.tcgetattr(end)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert during != before
    assert termios.tcgetattr(end) == before


def test_pages_replace_each_other(pair: tuple[int, TextIO]) -> None:
    """The next one begins where the one before began, and nothing of it is left."""
    person, end = pair
    terminal.Terminal(end, end).show("one\ntwo\n")

    assert os.read(person, 4096) == b"\x1b[Hone\x1b[K\r\ntwo\x1b[K\r\n\x1b[J"


def test_a_long_page_is_shown_from_its_beginning(pair: tuple[int, TextIO]) -> None:
    """As far as there is room now, with how much is missing; nothing scrolls away."""
    person, end = pair
    termios.tcsetwinsize(end, (5, 80))
    terminal.Terminal(end, end).show("\n".join(map(str, range(9))))
    shown = os.read(person, 4096).decode().replace("\x1b[K", "").split("\r\n")

    assert shown == ["\x1b[H0", "1", "2", "... 6 more lines", "\x1b[J"]


def test_long_lines_end_at_the_edge(pair: tuple[int, TextIO]) -> None:
    """As long as the terminal is taken."""
    person, end = pair
    with terminal.Terminal(end, end):
        taken = os.read(person, 4096)
    given = os.read(person, 4096)

    assert b"\x1b[?7l" in taken
    assert b"\x1b[?7h" in given


def test_where_there_is_none_time_passes() -> None:
    """No key is ever pressed, and nothing is changed."""
    with open(os.devnull) as keys:  # noqa: PTH123
        screen = terminal.Terminal(keys, io.StringIO())
        with screen:
            pressed = screen.key(0.0)

    assert (screen.there, pressed) == (False, "")
