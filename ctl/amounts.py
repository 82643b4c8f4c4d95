# SPDX-License-Identifier: Apache-2.0
"""Amounts as people read them in tables."""

from resmgr import quantity


def bytes_(amount: int | None) -> str | None:
    """Write bytes in three or four digits, as in 1.5Gi."""
    return None if amount is None else quantity.show_bytes(amount)


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
