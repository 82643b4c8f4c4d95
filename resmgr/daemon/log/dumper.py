# SPDX-License-Identifier: Apache-2.0
"""Writes the messages between kubelet and runtime to the log, as rules ask for it (section 13)."""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from ..configuring import settings
from . import dumprules, messages
from .dumprules import Level

INTERCEPTED = "intercepted"
PASSED = "passthrough"

_LOG = logging.getLogger("message")
_PROBLEMS = logging.getLogger("dump")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call that has ended: method by its plain name, messages where there are any."""

    method: str
    kind: str
    request: bytes | None
    response: bytes | None
    error: str
    """Empty when it went well."""
    seconds: float


class Dumper:
    """The dump as it is configured at present; `clock` gives seconds since the epoch."""

    def __init__(
        self, clock: Callable[[], float], qualify: Callable[[str, bytes], str] = lambda _m, _d: ""
    ) -> None:
        """Make one that dumps nothing; `qualify` tells for a request which container it is about.

        It gives `pod:container`, or empty text for calls that are about none.
        """
        self._clock = clock
        self._qualify = qualify
        self._rules: tuple[dumprules.Rule, ...] = ()
        self._levels: dict[str, Level] = {}
        self._log_level = logging.INFO
        self._secrets = False
        self._path = ""
        self._file: TextIO | None = None

    def configure(self, wanted: settings.Dump) -> None:
        """Follow the module `dump` of a configuration."""
        self._rules = () if wanted.disabled else dumprules.parse(wanted.rules)
        self._levels = {}
        self._log_level = logging.DEBUG if wanted.debug else logging.INFO
        self._secrets = wanted.secrets
        path = "" if wanted.disabled else wanted.file
        if path != self._path:
            self.close()
            self._path = path
            self._file = _open(path) if path else None

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        self._file = None
        self._path = ""

    @property
    def idle(self) -> bool:
        """Whether no method at all is dumped."""
        return all(rule.level is Level.OFF for rule in self._rules)

    def wanted(self, method: str) -> Level:
        """Tell how much of a method's calls is dumped; remembered for methods that exist."""
        found = self._levels.get(method)
        if found is None:
            found = dumprules.level(self._rules, method)
            if len(self._levels) < _MOST_METHODS:
                self._levels[method] = found
        return found

    def dump(self, call: Exchange) -> None:
        """Write what the rules ask for; nothing that goes wrong here goes anywhere."""
        level = self.wanted(call.method)
        if level is Level.OFF:
            return
        try:
            self._dump(call, level)
        except Exception as error:  # noqa: BLE001 - what is only looked at must not do harm
            _PROBLEMS.warning("cannot dump %s: %s: %s", call.method, type(error).__name__, error)

    def _dump(self, call: Exchange, level: Level) -> None:
        about = self._qualify(call.method, call.request) if call.request is not None else ""
        name = f"<{about}> {call.method}" if about else call.method
        began = self._stamp(self._clock() - call.seconds)
        took = f"+{call.seconds:.6f}".rjust(_WIDTH)
        if level is Level.SHORT:
            if call.error:
                line = f"{name} <= ({call.kind}) FAILED: {call.error}"
                self._write(logging.WARNING, took, line)
            else:
                self._write(self._log_level, took, f"{name} <= ({call.kind}) REQUEST")
            return
        if call.request is not None:
            yaml = self._yaml(call.method, messages.REQUEST, call.request)
            self._block(began, f"{name} =>", f"({call.kind}) REQUEST", yaml)
        if call.error:
            self._write(logging.WARNING, took, f"{name} <= ({call.kind}) FAILED")
            self._write(logging.WARNING, took, f"{name} <=     {call.error}")
        elif call.response is not None:
            yaml = self._yaml(call.method, messages.RESPONSE, call.response)
            self._block(took, f"{name} <=", f"({call.kind}) REPLY", yaml)

    def _yaml(self, method: str, direction: str, data: bytes) -> str:
        return messages.shown(method, direction, data, secrets=self._secrets)

    def _block(self, stamp: str, arrow: str, head: str, yaml: str) -> None:
        lines = yaml.split("\n")
        if len(lines) == 1:
            self._write(self._log_level, stamp, f"{arrow} {head} {yaml}")
            return
        self._write(self._log_level, stamp, f"{arrow} {head}")
        for line in lines:
            self._write(self._log_level, stamp, f"{arrow}     {line}")

    def _write(self, level: int, stamp: str, line: str) -> None:
        _LOG.log(level, "%s", line)
        if self._file is not None:
            try:
                self._file.write(f"[{stamp}] {line}\n")
                self._file.flush()
            except OSError as error:
                _PROBLEMS.warning("cannot write %s: %s", self._path, error.strerror)

    @staticmethod
    def _stamp(seconds: float) -> str:
        local = time.localtime(seconds)
        millis = int(seconds % 1 * 1000)
        return (
            f"{local.tm_year:04d}-{_MONTHS[local.tm_mon - 1]}-{local.tm_mday:02d} "
            f"{local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d}.{millis:03d}"
        )


_MOST_METHODS = 256
"""Methods whose level is remembered: names come from outside."""


def _open(path: str) -> TextIO | None:
    """Open a dump's file for this user alone; what was in it is gone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "w", encoding="utf-8", errors="replace")
    except OSError as error:
        _PROBLEMS.error("cannot open dump file %s: %s", path, error.strerror)
        return None
