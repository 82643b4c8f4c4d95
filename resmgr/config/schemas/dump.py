# SPDX-License-Identifier: Apache-2.0
"""Module `dump`: which messages between kubelet and runtime are logged."""

import re
import warnings

from .. import module, schema
from ..problem import quote

_LEVELS = frozenset(("off", "suppress", "name", "short", "full", "verbose"))
_EXPRESSION = frozenset(".*?+()[]|")
_MAX_PATTERN = 256


def rules(text: str) -> str | None:
    """Comma-separated `[level:]pattern`; a pattern is a method, `*` or a regular expression."""
    for rule in text.split(",") if text else ():
        level, colon, pattern = rule.strip().partition(":")
        if not colon:
            level, pattern = "off", level
        if level.casefold() not in _LEVELS:
            return f"invalid dump level {quote(level)}, it is off, short or full"
        if not pattern:
            return f"{quote(rule)} names no method"
        if len(pattern) > _MAX_PATTERN:
            return f"the pattern {quote(pattern)} is longer than {_MAX_PATTERN} characters"
        if pattern != "*" and (wrong := _expression(pattern)):
            return f"invalid dump method regexp {quote(pattern)}: {wrong}"
    return None


def _expression(pattern: str) -> str | None:
    """Why a regular expression is wrong; it is compiled only, never tried."""
    if _EXPRESSION.isdisjoint(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        return error.msg
    except (OverflowError, RecursionError):
        return "too big"
    return None


MODULE = module.Module(
    name="dump",
    doc="Log of the messages between kubelet and runtime.",
    fields=(
        schema.Field(
            "Config",
            schema.Text("list of [level:]pattern", rules, max_length=4096),
            "Rules in order: an exact method ends the search, else the last that matches counts.",
            default="off:.*,short:((Create)|(Start)|(Run)|(Update)|(Stop)|(Remove)).*,"
            "off:.*Image.*",
        ),
        schema.Field("File", schema.Text("file", max_length=4096), "File to write to as well."),
        schema.Field("Debug", schema.Boolean(), "Log as debug messages.", default="false"),
        schema.Field("Disabled", schema.Boolean(), "Log no messages at all.", default="false"),
        schema.Field(
            "Secrets",
            schema.Boolean(),
            "Do not hide values of environment variables and credentials of registries.",
            default="false",
        ),
    ),
)
