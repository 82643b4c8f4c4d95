# SPDX-License-Identifier: Apache-2.0
"""Durations as people of Kubernetes write them: `30s`, `5m`, `1h30m`, `1.5h`, `100ms`.

Pure. Flags and the component configuration share it.
"""

import re

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")
_LONGEST = 32
"""Characters of a duration; nobody means a longer one."""


def parse(text: str) -> float:
    """Read a duration in Go's notation without a sign, give seconds; `0` needs no unit.

    Raises `ValueError`, whose text says what is expected.
    """
    if text == "0":
        return 0.0
    if len(text) > _LONGEST or not _WHOLE.fullmatch(text):
        raise ValueError("must be a duration like 30s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def show(seconds: float) -> str:
    """Write seconds for people: `45s`, `5m`, `1h30m`; parts of a second are cut off."""
    rest = int(seconds)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if n]
    return "".join(parts) or "0s"
