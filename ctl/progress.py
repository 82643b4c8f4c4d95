# SPDX-License-Identifier: Apache-2.0
"""Progress of what takes longer than a moment: one line on a terminal, nothing anywhere else."""

import time
from collections.abc import Callable
from typing import Self, TextIO

_EVERY = 0.2
"""Seconds between two looks of the line."""


class Progress:
    """Shows `WHAT NUMBER of TOTAL` while it is told numbers; gone once it is done."""

    def __init__(
        self, err: TextIO, what: str, total: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is shown before the first fifth of a second is over."""
        self._err = err if err.isatty() else None
        self._what = what
        self._total = total
        self._clock = clock
        self._next = clock() + _EVERY
        self._shown = False

    def __call__(self, number: int) -> None:
        """Hear how far it is."""
        if self._err is not None and self._clock() >= self._next:
            self._err.write(f"\r\x1b[K{self._what} {number} of {self._total}")
            self._err.flush()
            self._shown = True
            self._next = self._clock() + _EVERY

    def __enter__(self) -> Self:
        """Show until the end of a block, however that comes."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self.done()

    def done(self) -> None:
        """Take the line away until there is another number."""
        if self._shown and self._err is not None:
            self._err.write("\r\x1b[K")
            self._err.flush()
            self._shown = False
