# SPDX-License-Identifier: Apache-2.0
"""Module `logger`, and the types of klog's flags, which the command line has too."""

import re

from .. import module, schema
from ..problem import quote

_STATES = {"true", "on", "enable", "enabled", "1", "false", "off", "disable", "disabled", "0"}
_SOURCE = re.compile(r"[A-Za-z0-9_./-]{1,64}|\*")
_SEVERITY = re.compile(r"info|warning|error|fatal|[0-3]", re.IGNORECASE)
_TRACE = re.compile(r"(?:[A-Za-z0-9_.-]{1,128}:[1-9][0-9]{0,8})?")
_TRUTH = ("1", "t", "true", "0", "f", "false")


def debug(text: str) -> str | None:
    """Comma-separated `[state:]source`."""
    for entry in text.split(",") if text else ():
        state, colon, source = entry.strip().rpartition(":")
        if colon and state.strip().casefold() not in _STATES:
            return f"invalid state {quote(state)} in {quote(entry)}, it is on or off"
        if not _SOURCE.fullmatch(source.strip()):
            return f"{quote(entry)} names no log source"
    return None


def _severity(text: str) -> str | None:
    if _SEVERITY.fullmatch(text):
        return None
    return f"{quote(text)} is no severity: INFO, WARNING, ERROR or FATAL"


def _trace(text: str) -> str | None:
    return None if _TRACE.fullmatch(text) else f"{quote(text)} is not like file:line"


def _whole(text: str) -> str | None:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return None
    return f"{quote(text)} is not a whole number"


TRUTH = schema.Text(choices=_TRUTH, ignore_case=True, lenient=True)
WHOLE = schema.Text("whole number", _whole, lenient=True)
_TEXT = schema.Text(lenient=True)


def _flag(name: str, default: str, doc: str, type_: schema.Type = TRUTH) -> schema.Field:
    return schema.Field(name, type_, doc, default=default)


KLOG = (
    _flag("add_dir_header", "false", "Put the source file's directory in each line's header."),
    _flag("alsologtostderr", "false", "Log to standard error as well as to files."),
    _flag(
        "log_backtrace_at",
        "",
        "Log a stack trace where the line file:line logs.",
        schema.Text("file:line", _trace),
    ),
    _flag("log_dir", "", "Directory for log files.", _TEXT),
    _flag("log_file", "", "The one log file.", _TEXT),
    _flag("log_file_max_size", "1800", "Size of a log file in MB, 0 for no limit.", WHOLE),
    _flag("logtostderr", "true", "Log to standard error instead of to files."),
    _flag("one_output", "false", "Write a line only to its own severity's log."),
    _flag("skip_headers", "false", "Leave out the headers of lines."),
    _flag("skip_log_headers", "false", "Leave out the headers of files."),
    _flag(
        "stderrthreshold",
        "ERROR",
        "Lowest severity that goes to standard error when files are written.",
        schema.Text("severity", _severity, lenient=True),
    ),
    _flag("v", "0", "Taken for old configurations; has no effect.", WHOLE),
    _flag("vmodule", "", "Taken for old configurations; has no effect.", _TEXT),
)
"""The flags of klog, for the map `Klog` and for the command line."""

MODULE = module.Module(
    name="logger",
    doc="What is logged, and how.",
    fields=(
        schema.Field(
            "Debug",
            schema.Text("list of [state:]source", debug, lenient=True, max_length=4096),
            "Sources whose debug messages are logged; * is every source, off: withdraws one.",
        ),
        schema.Field(
            "LogSource", schema.Boolean(), "Begin each line with its source.", default="false"
        ),
        schema.Field("Klog", schema.Record(KLOG), "Flags of klog by name."),
    ),
)
