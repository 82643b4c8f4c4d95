# SPDX-License-Identifier: Apache-2.0
"""What the demonstration prints: steps, what happens in them and when; colour on a terminal."""

import os
import time
from collections.abc import Callable, Iterable
from typing import TextIO

_COLOURS = {"step": "1", "event": "36", "good": "32", "bad": "31", "quote": "2"}


class Screen:
    """Writes to `out`; `clock` gives monotonic seconds."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock of the first step."""
        self._out = out
        self._clock = clock
        self._began = clock()
        self._colour = out.isatty() and "NO_COLOR" not in os.environ
        self._number = 0

    def step(self, title: str) -> None:
        """Begin a step."""
        self._number += 1
        self._began = self._clock()
        self._line("step", f"\n{self._number}. {title}")

    def say(self, text: str, kind: str = "") -> None:
        """Print one line of a step with the seconds since its beginning."""
        self._line(kind, f"   {self._clock() - self._began:5.1f} s  {text}")

    def quote(self, lines: Iterable[str]) -> None:
        """Print lines of a file or an object."""
        for line in lines:
            self._line("quote", f"          | {line}")

    def _line(self, kind: str, text: str) -> None:
        code = _COLOURS.get(kind)
        shown = f"\x1b[{code}m{text}\x1b[0m" if code and self._colour else text
        self._out.write(f"{shown}\n")
        self._out.flush()
