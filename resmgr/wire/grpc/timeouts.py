# SPDX-License-Identifier: Apache-2.0
"""The `grpc-timeout` field: at most eight digits and a unit."""

import re
from typing import Final

_SYNTAX = re.compile(rb"([0-9]{1,8})([HMSmun])")
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_FINEST_FIRST: Final = ((b"n", 10**9), (b"u", 10**6), (b"m", 10**3), (b"S", 1))
_MOST: Final = 99_999_999


def parse(text: bytes) -> float | None:
    """Seconds that a call may take; None for text of another form, which sets no deadline."""
    match = _SYNTAX.fullmatch(text)
    return None if match is None else int(match[1]) * _UNITS[match[2]]


def format_seconds(seconds: float) -> bytes:
    """The field for so many seconds, as exact as eight digits allow and never 0."""
    for unit, scale in _FINEST_FIRST:
        value = max(int(seconds * scale), 1)
        if value <= _MOST:
            return b"%d%s" % (value, unit)
    return b"%dH" % min(int(seconds / 3600), _MOST)
