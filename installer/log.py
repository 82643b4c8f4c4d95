# SPDX-License-Identifier: Apache-2.0
"""Lines for people on standard error: time, level, sentence. Nothing that repeats is said again."""

import time
from collections.abc import Callable
from typing import TextIO

LEVELS = ("debug", "info", "error")


class Log:
    """Writes what is at least as important as its level."""

    def __init__(self, out: TextIO, level: str = "info", *, now: Callable[[], float]) -> None:
        """Take where to write, one of `LEVELS`, and a clock with seconds since 1970."""
        self._out = out
        self._lowest = LEVELS.index(level)
        self._now = now
        self._last: dict[str, str] = {}

    def debug(self, text: str) -> None:
        """Say what only somebody who searches wants to know."""
        self._say("debug", text)

    def info(self, text: str) -> None:
        """Say what happened."""
        self._say("info", text)

    def error(self, text: str) -> None:
        """Say what somebody should look at."""
        self._say("error", text)

    def once(self, topic: str, text: str, *, level: str = "info") -> None:
        """Say it unless it was the last word about this topic; an empty text ends the topic."""
        if self._last.get(topic, "") != text:
            self._last[topic] = text
            if text:
                self._say(level, text)

    def _say(self, level: str, text: str) -> None:
        if LEVELS.index(level) >= self._lowest:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._now()))
            self._out.write(f"{stamp} {level:5} {' '.join(text.split())}\n")
            self._out.flush()
