# SPDX-License-Identifier: Apache-2.0
"""The daemon's log: where lines go, and which sources are allowed debug messages.

Everything logs by the standard library; a logger's name is the source of its lines.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TextIO

from ...config import goflag
from ...config.problem import quote
from ..configuring import settings
from . import klog, logfiles, repeats

_SEVERITIES = {
    "INFO": logging.INFO,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
}


class Logs(logging.Handler):
    """The one handler of the root logger."""

    def __init__(
        self,
        stream: TextIO,
        flags: Mapping[str, str],
        *,
        clock: Callable[[], float],
        sources: Iterable[str] = (),
    ) -> None:
        """Write to `stream` and as klog's `flags` say; `clock` gives seconds that never go back."""
        super().__init__()
        self._stream = stream
        self._flags = dict(flags)
        self._repeats = repeats.Repeats(clock)
        self._form = klog.Form(sources=klog.known(sources))
        self._files: logfiles.LogFiles | None = None
        self._file_flags: dict[str, str] = {}
        self._to_stream = logging.NOTSET
        self._debug: dict[str, bool] = {}
        self._forced = False
        self._levelled: list[str] = []

    def install(self) -> None:
        """Take over all logging of this process."""
        logging.raiseExceptions = False
        logging.captureWarnings(capture=True)
        root = logging.getLogger()
        for other in root.handlers[:]:
            root.removeHandler(other)
        root.addHandler(self)
        self.configure(settings.Logger())

    def uninstall(self) -> None:
        """Leave logging as it is without this."""
        self._debug = {}
        self._forced = False
        self._set_levels()
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(logging.WARNING)
        logging.captureWarnings(capture=False)
        logging.raiseExceptions = True
        if self._files is not None:
            self._files.close()
            self._files = None

    def configure(self, wanted: settings.Logger, policy: str = "") -> None:
        """Follow the module `logger` of a configuration; `policy` is the active one's name."""
        flags = {**self._flags, **wanted.klog}
        skip = goflag.truth(flags["skip_headers"])
        to_stream = goflag.truth(flags["logtostderr"])
        self._form = replace(
            self._form,
            headers=not skip,
            folder=goflag.truth(flags["add_dir_header"]),
            prefix=wanted.log_source or (skip and to_stream),
            backtrace_at=flags["log_backtrace_at"],
        )
        self._open_files(flags)
        if self._files is None or goflag.truth(flags["alsologtostderr"]):
            self._to_stream = logging.NOTSET
        else:
            word = flags["stderrthreshold"].upper()
            numbered = dict(zip("0123", _SEVERITIES.values(), strict=True))
            self._to_stream = _SEVERITIES.get(word) or numbered.get(word, logging.ERROR)
        self._debug = klog.debug(wanted.debug)
        if policy and self._debug.get("policy"):
            self._debug.setdefault(policy, True)
        self._set_levels()

    def toggle(self) -> bool:
        """Force debug messages of all sources, or stop that; tell which."""
        self._forced = not self._forced
        self._set_levels()
        return self._forced

    def _open_files(self, flags: dict[str, str]) -> None:
        if flags == self._file_flags:
            return
        if self._files is not None:
            self._files.close()
            self._files = None
        self._file_flags = flags
        try:
            self._files = logfiles.make(flags, klog.SOURCES[0])
        except OSError as error:
            name = quote(error.filename or "")
            self._say(f"cannot write log file {name}: {error.strerror}; standard error is used\n")

    def _set_levels(self) -> None:
        for name in self._levelled:
            logging.getLogger(name).setLevel(logging.NOTSET)
        every = self._forced or self._debug.get("*", False)
        self._levelled = []
        # Loggers of others stay quiet: at debug level asyncio tells of itself.
        wanted = {"asyncio": False, **({} if self._forced else self._debug)}
        if klog.OTHERS in wanted:
            wanted["asyncio"] = wanted[klog.OTHERS]
        for name, on in wanted.items():
            if name != "*":
                logging.getLogger(name).setLevel(logging.DEBUG if on else logging.INFO)
                self._levelled.append(name)
        logging.getLogger().setLevel(logging.DEBUG if every else logging.INFO)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; nothing that goes wrong here goes anywhere."""
        try:
            text = self._form.lines(self._unrepeated(record))
        except _LeftOut:
            return
        except Exception:  # noqa: BLE001 - a line that cannot be put together stops nobody
            self.handleError(record)
            return
        if self._files is not None:
            self._files.write(klog.letter(record.levelno), text)
        if record.levelno >= self._to_stream:
            self._say(text)

    def _unrepeated(self, record: logging.LogRecord) -> logging.LogRecord:
        """Give the record, or one that tells how many like it there were. Raises `_LeftOut`."""
        if record.levelno < logging.WARNING:
            return record
        text = record.getMessage()
        count = self._repeats.let_through(record.name, text)
        if count < 0:
            raise _LeftOut
        if count:
            told = f"{repeats.PREFIX}{text} ({count} more like this were left out)"
            record = logging.makeLogRecord({**record.__dict__, "msg": told, "args": None})
        return record

    def _say(self, text: str) -> None:
        # A log that nobody takes must not stop the daemon.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


class _LeftOut(Exception):
    """A line that was told lately."""
