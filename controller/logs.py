# SPDX-License-Identifier: Apache-2.0
"""Log lines: one JSON object a line for machines, plain text on a terminal.

Each line has `ts` (RFC 3339, UTC, milliseconds), `level`, `logger`, `msg` and the keys that were
given. What looks like a token is blotted out, wherever it stands: messages of servers are logged,
and nobody knows what they repeat.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
"""Words of the flag `--log-level`."""

_FIELDS = "fields"
"""Attribute of a log record that holds the keys of its line; keys like `name` are taken there."""

_QUIET = {
    "kopf.objects": logging.WARNING,  # a line an event and object
    "aiohttp.access": logging.WARNING,  # a line a probe
    "asyncio": logging.WARNING,
}
_SECRETS = (
    re.compile(r"(?i)(?<=\bbearer )[a-z0-9._~+/=-]{8,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "ts": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
        }
        for key, value in fields_of(record).items():
            line[f"{key}_" if key in line else key] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _blot(json.dumps(line, ensure_ascii=False, default=str, separators=(",", ":")))


class TextFormatter(logging.Formatter):
    """Time, level, logger, message and `key=value` pairs, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        head = f"{_timestamp(record)[11:23]} {record.levelname.lower():7} {record.name}:"
        pairs = [f"{key}={_shown(value)}" for key, value in fields_of(record).items()]
        line = " ".join([head, record.getMessage(), *pairs])
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _blot(line)


def canonical(
    logger: logging.Logger,
    msg: str,
    *,
    level: int = logging.INFO,
    exc_info: BaseException | None = None,
    **keys: object,
) -> None:
    """Write the one line about a piece of work, with all its keys."""
    logger.log(level, msg, extra={_FIELDS: keys}, exc_info=exc_info)


def fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """Give the keys of a line."""
    fields = getattr(record, _FIELDS, None)
    return fields if isinstance(fields, dict) else {}


def setup(stream: TextIO, *, level: str = "info", form: str = "auto") -> None:
    """Send all log lines to a stream, in place of whatever was set up before.

    `level` is one of `LEVELS`; `form` is `json`, `text`, or `auto`: text on a terminal, else JSON.
    Raises `ValueError` for other words.
    """
    if level not in LEVELS:
        message = f"cannot log at level {level!r}: known are {', '.join(LEVELS)}"
        raise ValueError(message)
    if form not in {"auto", "json", "text"}:
        message = f"cannot log in form {form!r}: known are auto, json, text"
        raise ValueError(message)
    text = form == "text" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextFormatter() if text else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, LEVELS[level]))


def hush(library: str) -> None:
    """Write no more of what a library logs: at its end it only tells that it is being ended."""
    logging.getLogger(library).setLevel(logging.CRITICAL)


def _timestamp(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)


def _blot(line: str) -> str:
    for secret in _SECRETS:
        line = secret.sub("***", line)
    return line
