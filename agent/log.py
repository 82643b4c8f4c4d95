# SPDX-License-Identifier: Apache-2.0
"""The agent's log: lines in the form of klog, on standard error.

Of klog's flags those that are about lines count; files are not written, since the pod's file system
is read-only and the node keeps what a container writes.
"""

import logging
import time
from collections.abc import Mapping
from pathlib import PurePath
from typing import TextIO

from resmgr.config import goflag

ACTIVE = frozenset(("add_dir_header", "skip_headers"))
"""Flags that have an effect here."""

_LETTERS = {
    logging.DEBUG: "I",
    logging.INFO: "I",
    logging.WARNING: "W",
    logging.ERROR: "E",
    logging.CRITICAL: "F",
}
_CONTROLS = {
    code: f"\\x{code:02x}"
    for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))
    if code not in (9, 10)
}


class Lines(logging.Formatter):
    """Writes `I0201 13:05:09.123456    4711 push.py:17] [agent] text`."""

    def __init__(self, flags: Mapping[str, str]) -> None:
        """Follow klog's flags."""
        super().__init__()
        self._headers = not goflag.truth(flags["skip_headers"])
        self._folder = goflag.truth(flags["add_dir_header"])

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as text; each of its lines has a header."""
        text = record.getMessage()
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        before = f"{self._header(record)}[{record.name}] "
        # Text from the cluster must not move a terminal's cursor.
        lines = text.translate(_CONTROLS).splitlines() or [""]
        return "\n".join(before + line for line in lines)

    def _header(self, record: logging.LogRecord) -> str:
        letter = _LETTERS.get(record.levelno, "I")
        if not self._headers:
            return f"{letter}: "
        stamp = time.strftime("%m%d %H:%M:%S", time.localtime(record.created))
        micros = int(record.created % 1 * 1_000_000)
        path = PurePath(record.pathname)
        file = f"{path.parent.name}/{path.name}" if self._folder else path.name
        process = record.process or 0
        return f"{letter}{stamp}.{micros:06d} {process:7d} {file}:{record.lineno}] "


def install(stream: TextIO, flags: Mapping[str, str], *, debug: bool) -> logging.Handler:
    """Take over all logging of this process; give what does it."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(flags))
    logging.basicConfig(
        handlers=[handler], level=logging.DEBUG if debug else logging.INFO, force=True
    )
    logging.captureWarnings(capture=True)
    # At debug level asyncio tells of itself.
    logging.getLogger("asyncio").setLevel(logging.INFO)
    return handler
