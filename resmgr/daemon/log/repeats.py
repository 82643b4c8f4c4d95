# SPDX-License-Identifier: Apache-2.0
"""Keeps lines that repeat themselves out of the log: one a minute for each text."""

from collections.abc import Callable
from dataclasses import dataclass

INTERVAL = 60.0
REMEMBERED = 256
"""Texts that are remembered; of more, the one that was let through first is forgotten."""

PREFIX = "<rate-limited> "
"""Stands before a line that others like it were left out for."""


@dataclass(slots=True)
class _Text:
    since: float
    left_out: int = 0


class Repeats:
    """What was let through lately; `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._texts: dict[tuple[str, str], _Text] = {}

    def let_through(self, source: str, text: str) -> int:
        """Tell whether a line may be logged.

        Gives how many like it were left out since the last one, or -1: leave it out.
        """
        now = self._clock()
        key = (source, text)
        last = self._texts.get(key)
        if last is not None and now - last.since < INTERVAL:
            last.left_out += 1
            return -1
        self._texts.pop(key, None)
        self._texts[key] = _Text(now)
        if len(self._texts) > REMEMBERED:
            del self._texts[next(iter(self._texts))]
        return last.left_out if last else 0
