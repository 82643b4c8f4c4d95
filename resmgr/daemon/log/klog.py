# SPDX-License-Identifier: Apache-2.0
"""The text form of klog, with the source of each line (section 14).

I0201 13:05:09.123456    4711 engine.py:17] I: [     policy     ] text
"""

import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

SOURCES = (
    "cri-resmgr",
    "resource-manager",
    "cache",
    "policy",
    "resource-control",
    "config",
    "config-server",
    "cri/relay",
    "cri/server",
    "cri/client",
    "message",
    "dump",
    "events",
    "metrics",
    "instrumentation",
    "http",
    "introspect",
    "sysfs",
    "cpuallocator",
    "cri",
    "agent",
    "grpc",
    "stdlog",
)
"""Names that loggers of ours have; policies add theirs."""

OTHERS = "stdlog"
"""The source of lines whose logger is none of ours."""

_CONTROLS = {
    code: f"\\x{code:02x}"
    for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))
    if code not in (9, 10)
}


@dataclass(frozen=True, slots=True)
class Form:
    """What stands before the text of each line; `sources` are all that are known."""

    headers: bool = True
    folder: bool = False
    """Whether the header has the folder of the source file."""

    prefix: bool = False
    """Whether the severity and the source stand before the text."""

    backtrace_at: str = ""
    """`FILE:LINE` whose messages have a stack trace behind them."""

    sources: tuple[str, ...] = SOURCES

    def lines(self, record: logging.LogRecord) -> str:
        """Give a record as text that ends with a newline; every line has header and prefix."""
        before = self._header(record) + self._prefix(record)
        return "".join(f"{before}{line}\n" for line in self._text(record).splitlines() or [""])

    def source(self, name: str) -> str:
        """Give the source that a logger stands for."""
        return name if name in self.sources else OTHERS

    def _text(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        place = f"{PurePath(record.pathname).name}:{record.lineno}"
        if self.backtrace_at and place == self.backtrace_at:
            text += "\n" + "".join(traceback.format_stack()[:-_OURS]).rstrip()
        # Text from pods and runtimes must not move a terminal's cursor.
        return text.translate(_CONTROLS)

    def _header(self, record: logging.LogRecord) -> str:
        if not self.headers:
            return ""
        stamp = time.strftime("%m%d %H:%M:%S", time.localtime(record.created))
        micros = int(record.created % 1 * 1_000_000)
        path = PurePath(record.pathname)
        file = f"{path.parent.name}/{path.name}" if self.folder else path.name
        severity = letter(record.levelno).replace("D", "I")
        return f"{severity}{stamp}.{micros:06d} {record.process or 0:7d} {file}:{record.lineno}] "

    def _prefix(self, record: logging.LogRecord) -> str:
        if not self.prefix:
            return ""
        name = self.source(record.name)
        blanks = max(map(len, self.sources)) - len(name)
        left, right = " " * (blanks - blanks // 2), " " * (blanks // 2)
        return f"{letter(record.levelno)}: [{left}{name}{right}] "


_OURS = 4
"""Frames of a stack trace that belong to logging and not to who logs."""


def letter(level: int) -> str:
    """Give the letter of a severity: D, I, W, E or F."""
    for least, found in (
        (logging.CRITICAL, "F"),
        (logging.ERROR, "E"),
        (logging.WARNING, "W"),
        (logging.INFO, "I"),
    ):
        if level >= least:
            return found
    return "D"


_ON = frozenset(("true", "on", "enable", "enabled", "1"))


def debug(text: str) -> dict[str, bool]:
    """Read right `[state:]source` entries: source -> on or off; `*` is every source.

    A state carries over to the entries behind it that have none.
    """
    found: dict[str, bool] = {}
    on = True
    for entry in filter(None, (part.strip() for part in text.split(","))):
        state, colon, source = entry.rpartition(":")
        if colon:
            on = state.strip().casefold() in _ON
        source = source.strip()
        found["*" if source == "all" else source] = on
    return found


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Give the sources together with more names, policies' for example."""
    return (*SOURCES, *(name for name in names if name not in SOURCES))
