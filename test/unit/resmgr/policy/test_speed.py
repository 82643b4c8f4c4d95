# SPDX-License-Identifier: Apache-2.0
"""Whom Speed Select favours."""

import hypothesis
import pytest
from unit.resmgr.sysfs import speeds
from unit.resmgr.sysfs.speeds import OFF, ON, sorted_

from resmgr import cpuset
from resmgr.policy import speed
from resmgr.sysfs.speed import SpeedSelect

ALL = cpuset.parse("0-7")
TURBO = SpeedSelect(turbo=ON, power=ON, services=sorted_("0", "1", "2-3", "4-7"))


def with_power(*classes: str, ordered: bool = True, **changes: object) -> SpeedSelect:
    """Classes of service share the power."""
    weights = changes.pop("weights", (0, 1, 2, 3))
    services = sorted_(*classes, weights=weights)  # type: ignore[arg-type]
    return SpeedSelect(power=ON, ordered=ordered, services=services, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "high", "low"),
    [
        # Turbo frequencies: the first two classes, whatever else is in use.
        (TURBO, "0-1", "2-7"),
        (SpeedSelect(turbo=ON, base=ON, base_cpus=1 << 7, services=sorted_("0-7")), "0-7", ""),
        (SpeedSelect(turbo=ON, services=sorted_("", "", "", "0-7")), "", "0-7"),
        # Shares of power, in order of numbers.
        (with_power("0-1", "2-3", "4-5", "6-7"), "0-1", "6-7"),
        (with_power("", "0-3", "4-7"), "0-3", "4-7"),
        (with_power("0-3", "", "4", "5-7", weights=(9, 9, 9, 9)), "0-3", "5-7"),
        # Shares of power, by weight: the lowest has most.
        (
            with_power("0-1", "2-3", "4-5", "6-7", ordered=False, weights=(9, 0, 15, 4)),
            "2-3",
            "4-5",
        ),
        # Equal weights are of equal priority.
        (with_power("0", "1", "2-3", "4-7", ordered=False, weights=(0, 0, 15, 15)), "0-1", "2-7"),
        # One class favours nobody, so that the next rule counts.
        (with_power("", "", "0-7", base=ON, base_cpus=0b11), "0-1", "2-7"),
        (
            with_power("0-3", "4-7", ordered=False, weights=(5, 5, 5, 5), base=ON, base_cpus=1),
            "0",
            "1-7",
        ),
        # Base frequencies.
        (SpeedSelect(base=ON, base_cpus=0b1010), "1,3", "0,2,4-7"),
        (SpeedSelect(turbo=OFF, power=OFF, base=ON, base_cpus=1), "0", "1-7"),
    ],
)
def test_who_is_favoured(found: SpeedSelect, high: str, low: str) -> None:
    """The rules in their order; whoever is neither is normal."""
    assert speed.favour(found, ALL) == (cpuset.parse(high), cpuset.parse(low))


@pytest.mark.parametrize(
    "found",
    [
        SpeedSelect(),
        SpeedSelect(base=OFF, base_cpus=1, turbo=OFF, power=OFF, services=sorted_()),
        SpeedSelect(base=ON),
        with_power("0-7"),
        with_power("0-3", "4-7", ordered=False, weights=(5, 5, 5, 5)),
    ],
)
def test_nobody_is_favoured(found: SpeedSelect) -> None:
    """What is not in use, or is the same for all, leaves it to cpufreq."""
    assert speed.favour(found, ALL) is None


@hypothesis.given(speeds.selects(ALL))
def test_nobody_is_of_two_priorities(found: SpeedSelect) -> None:
    """And nobody outside the package is of one."""
    high, low = speed.favour(found, ALL) or (0, 0)

    assert high & low == 0
    assert not (high | low) & ~ALL
