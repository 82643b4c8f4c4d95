# SPDX-License-Identifier: Apache-2.0
"""Quantities in the form that Kubernetes writes them: `1000m` is `1`, `0.5` is `500m`.

Source: webhook contract, section 2.2; the rules are those of `resource.Quantity`: no digit behind
a point, nothing lost, the largest unit that allows both, and the family of units as it was given.
"""

from resmgr import quantity

_NANO = 10**9
_DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def canonical(text: str) -> str:
    """Give the canonical form of a quantity. Raises `ValueError` for text that is none."""
    value = quantity.parse(text)
    magnitude, sign = abs(value), "-" if value < 0 else ""
    if magnitude == 0:
        return "0"
    if text.endswith("i") and magnitude >= 1024 * _NANO and magnitude % _NANO == 0:
        return sign + _binary(magnitude // _NANO)
    return sign + _decimal(magnitude, exponent=_has_exponent(text))


def _binary(number: int) -> str:
    power = 0
    while number % 1024 == 0 and power < len(_BINARY) - 1:
        number, power = number // 1024, power + 1
    return f"{number}{_BINARY[power]}"


def _decimal(number: int, *, exponent: bool) -> str:
    """Write billionths."""
    place = 0
    while number % 1000 == 0 and place < len(_DECIMAL) - 1:
        number, place = number // 1000, place + 1
    if exponent:
        power = 3 * place - 9
        return f"{number}e{power}" if power else str(number)
    return f"{number}{_DECIMAL[place]}"


def _has_exponent(text: str) -> bool:
    """Whether an `e` stands for a power of ten; `E` at the end stands for 10^18."""
    return "e" in text or "E" in text[:-1]
