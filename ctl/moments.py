# SPDX-License-Identifier: Apache-2.0
"""Times in RFC 3339, as documents have them, told as people read them."""

import calendar
import time
from typing import Final

from . import amounts

_PATTERN: Final = "%Y-%m-%dT%H:%M:%S"


def seconds(text: object) -> float | None:
    """Give a time as seconds since the epoch; None for what is none."""
    try:
        return calendar.timegm(time.strptime(_whole(text), _PATTERN))
    except ValueError:
        return None


def moment(text: object, now: float) -> str | None:
    """Give a time with how long ago it was; what is none is given as it is."""
    then = seconds(text)
    if then is None:
        return str(text) if text else None
    return f"{_whole(text)}Z, {amounts.lasting(now - then)} ago"


def ago(text: object, now: float) -> str | None:
    """Give how long ago a time was; None for what is none."""
    then = seconds(text)
    return None if then is None else amounts.lasting(now - then)


def _whole(text: object) -> str:
    return str(text).partition(".")[0].rstrip("Z")
