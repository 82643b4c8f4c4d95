# SPDX-License-Identifier: Apache-2.0
"""How busy CPUs were between two looks at `/proc/stat` (policies, section 10, 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

_FIELDS = 8
"""user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already."""

_IDLE = slice(3, 5)


@dataclass(frozen=True, slots=True)
class Times:
    """What one CPU has done since the machine started, in the kernel's ticks."""

    busy: int
    total: int


def read(text: str) -> dict[int, Times]:
    """Read the lines of single CPUs, by their ids; others and malformed ones are left out."""
    found = {}
    for line in text.splitlines():
        name, *fields = line.split() or ("",)
        number = name.removeprefix("cpu")
        times = fields[:_FIELDS]
        if number == name or not all(one.isascii() and one.isdigit() for one in (number, *times)):
            continue
        if len(times) > _IDLE.start:
            ticks = [int(one) for one in times]
            found[int(number)] = Times(sum(ticks) - sum(ticks[_IDLE]), sum(ticks))
    return found


def between(before: Mapping[int, Times], after: Mapping[int, Times]) -> dict[int, int]:
    """Give thousandths of the time in which CPUs were busy, of those that are in both."""
    return {
        cpu: _thousandths(now.busy - before[cpu].busy, now.total - before[cpu].total)
        for cpu, now in after.items()
        if cpu in before
    }


def _thousandths(busy: int, total: int) -> int:
    if busy <= 0:
        return 0
    return 1000 if total <= 0 else min(1000 * busy // total, 1000)
