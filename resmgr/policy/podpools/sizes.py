# SPDX-License-Identifier: Apache-2.0
"""How many instances a pool has, and of how many CPUs each (policies, section 8)."""

import re

_CPU = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,9}")
_INSTANCES = re.compile(r"([0-9]{1,9})\s*(%|cpus?)?", re.IGNORECASE)


class BadSize(ValueError):
    """A size that means nothing, or that does not fit; the text begins as the original's does."""


def each(value: str | int | None) -> int:
    """Give the CPUs of an instance, a number in decimal or `0x` form. Raises `BadSize`."""
    text = "" if value is None else str(value).strip()
    if not text:
        raise BadSize("missing CPUs")
    number = int(text, 0 if text[:2].lower() == "0x" else 10) if _CPU.fullmatch(text) else 0
    if not number:
        raise BadSize(f"invalid CPUs per pool: {text[:40]!r}, integer > 1 expected")
    return number


def count(instances: str | int | None, cpus: int, free: int) -> int:
    """Give how many instances of so many CPUs there are to be, where so many CPUs are free.

    `N` is their number, `N CPUs` are the CPUs of all of them, and `N %` is their part of the free
    CPUs. Raises `BadSize`.
    """
    text = "" if instances is None else str(instances).strip()
    if not text:
        return 1
    match = _INSTANCES.fullmatch(text)
    if match is None:
        raise BadSize(f"invalid Instances: {text[:40]!r} is not like 2, 8 CPUs or 50 %")
    number, unit = int(match[1]), match[2]
    if unit is None:
        return number
    if unit == "%":
        return free * number // 100 // cpus
    if number > free:
        raise BadSize(f"insufficient CPUs: {number} are wanted, {free} are free")
    return number // cpus
