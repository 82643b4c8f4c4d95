# SPDX-License-Identifier: Apache-2.0
"""Amounts as people read them in tables."""

_UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi")


def bytes_(amount: int | None) -> str | None:
    """Write bytes in three or four digits, as in 1.5Gi."""
    if amount is None:
        return None
    value = float(amount)
    unit = 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    shown = f"{value:.1f}" if unit and value < 10 else f"{value:.0f}"
    return f"{shown.removesuffix('.0')}{_UNITS[unit]}"


def cpus(milli: int | None) -> str | None:
    """Write milli-CPU as Kubernetes does."""
    return None if milli is None else f"{milli}m"


def lasting(seconds: float) -> str:
    """Write a time span in its two largest units, as in 3h20m."""
    left = max(int(seconds), 0)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, left = divmod(left, size)
        if number or (unit == "s" and not parts):
            parts.append(f"{number}{unit}")
        elif parts:
            break
    return "".join(parts[:2])
