# SPDX-License-Identifier: Apache-2.0
"""Kinds of memory, and amounts of each.

A set of kinds is a mask of `DRAM`, `PMEM` and `HBM`. Amounts are bytes of each kind, in the order
in which memory is taken: PMEM, DRAM, HBM.
"""

from ...sysfs.machine import MemoryType

DRAM, PMEM, HBM = 1, 2, 4
ALL = DRAM | PMEM | HBM
ORDER = (PMEM, DRAM, HBM)

Amounts = tuple[int, int, int]
NOTHING: Amounts = (0, 0, 0)

OF_NODE = {
    MemoryType.DRAM: DRAM,
    MemoryType.PMEM: PMEM,
    MemoryType.HBM: HBM,
    MemoryType.NONE: 0,
}
_NAMES = {"dram": DRAM, "pmem": PMEM, "hbm": HBM, "mixed": ALL}


def plus(one: Amounts, other: Amounts) -> Amounts:
    """Add amounts kind by kind."""
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def minus(one: Amounts, other: Amounts) -> Amounts:
    """Subtract amounts kind by kind."""
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def parse(text: str) -> int | None:
    """Read a list such as `dram,pmem`; 0 for empty text, None for an unknown word in it."""
    if not text:
        return 0
    mask = 0
    for word in text.split(","):
        kind = _NAMES.get(word.lower())
        if kind is None:
            return None
        mask |= kind
    return mask


def show(kinds: int) -> str:
    """Write a set as it is written in annotations."""
    return ",".join(name for name in ("dram", "pmem", "hbm") if _NAMES[name] & kinds)


def size(amount: int) -> str:
    """Write bytes for people in the largest unit that loses less than a thousandth of them."""
    for unit, bits in (("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)):
        if amount >> bits and amount % (1 << bits) * 1000 < amount:
            return f"{amount >> bits}{unit}"
    return f"{amount} bytes"


def take(amount: int, free: Amounts, kinds: int) -> Amounts | None:
    """Take bytes of some kinds from what is free; None if there is not as much."""
    taken = []
    for kind, there in zip(ORDER, free, strict=True):
        part = min(amount, max(0, there)) if kind & kinds else 0
        taken.append(part)
        amount -= part
    return (taken[0], taken[1], taken[2]) if not amount else None
