# SPDX-License-Identifier: Apache-2.0
"""Kubernetes quantities as whole numbers: `750m` is 750,000,000 billionths.

Whole numbers of billionths (nano) keep every value exact, since Kubernetes itself rounds up to a
billionth. QoS classes and conversions to cpu.shares join this module with the daemon.
"""

import re

_NANO = 10**9
_MAX = (2**63 - 1) * _NANO
_MAX_LENGTH = 64
_SYNTAX = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?P<unit>(?:[eE](?P<power>[+-]?[0-9]{1,3}))|n|u|m|k|M|G|T|P|E|[KMGTPE]i)?"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def parse(text: str) -> int:
    """Billionths that the quantity stands for, rounded away from zero.

    Raises `ValueError` with a sentence for text that is no quantity, and for one beyond 2^63 - 1.
    """
    match = _SYNTAX.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None or not (match["whole"] or match["part"]):
        raise ValueError("not a quantity such as 2, 750m or 1Gi")
    part = match["part"] or ""
    digits = int(match["whole"] + part)
    unit = match["unit"] or ""
    power = int(match["power"]) if match["power"] else _DECIMAL.get(unit, 0)
    numerator: int = digits * _NANO * 2 ** _BINARY.get(unit, 0) * 10 ** max(power, 0)
    denominator: int = 10 ** (len(part) + max(-power, 0))
    value = -(-numerator // denominator)
    if value > _MAX:
        raise ValueError("a quantity beyond 2^63 - 1")
    return -value if match["sign"] == "-" else value


def milli(text: str) -> int:
    """Thousandths that the quantity stands for, rounded up; raises `ValueError` as `parse`."""
    return -(-parse(text) // 10**6)
