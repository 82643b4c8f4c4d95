# SPDX-License-Identifier: Apache-2.0
"""Which CPUs of a package Speed Select favours (policies, section 2.1, rule 1)."""

from collections.abc import Iterable

from ..sysfs.speed import Service, SpeedSelect

_TURBO = 2
"""Classes whose cores get a higher turbo frequency."""

Favour = tuple[int, int]
"""CPUs of high and of low priority; the others are normal."""


def favour(found: SpeedSelect, cpus: int) -> Favour | None:
    """Sort the online CPUs of a package, or give None where nothing is in use that sorts them.

    Turbo frequencies (SST-TF) count first, then shares of power (SST-CP), then base frequencies
    (SST-BF). Unlike in the original, classes of equal weight are of equal priority, where it took
    all but one of them for high.
    """
    if found.turbo.enabled:
        high = _together(found.services[:_TURBO])
        return high, cpus & ~high
    if found.power.enabled and (shared := _shared(found)):
        return shared
    if found.base.enabled and found.base_cpus:
        return found.base_cpus, cpus & ~found.base_cpus
    return None


def _shared(found: SpeedSelect) -> Favour | None:
    """The first of the classes in use is high, the last low; a single one favours nobody."""
    ranks: dict[int, int] = {}
    for number, service in enumerate(found.services):
        if service.cpus:
            rank = number if found.ordered else service.weight
            ranks[rank] = ranks.get(rank, 0) | service.cpus
    return (ranks[min(ranks)], ranks[max(ranks)]) if len(ranks) > 1 else None


def _together(services: Iterable[Service]) -> int:
    mask = 0
    for service in services:
        mask |= service.cpus
    return mask
