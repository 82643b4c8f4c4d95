# SPDX-License-Identifier: Apache-2.0
"""What can be true of a package."""

from dataclasses import replace

import pytest

from resmgr.sysfs.speed import Feature, Profile, Service, SpeedSelect

ON = Feature(supported=True, enabled=True)
ALL = 0b1111
SORTED = SpeedSelect(
    power=ON, services=(Service(0b0011), Service(0b0100), Service(), Service(0b1000))
)


@pytest.mark.parametrize(
    "found",
    [
        SpeedSelect(),
        SpeedSelect(profile=Profile(supported=True, level=4, highest=4)),
        SpeedSelect(base=ON, base_cpus=0b0110),
        SORTED,
        SpeedSelect(power=Feature(supported=True), services=(Service(),) * 4),
    ],
)
def test_what_can_be_true(found: SpeedSelect) -> None:
    """Nothing is said of it."""
    assert found.fault(ALL) == ""


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (SpeedSelect(profile=Profile(level=5, highest=4)), "profile 5 is in use"),
        (SpeedSelect(profile=Profile(level=-1)), "profile -1 is in use"),
        (SpeedSelect(turbo=Feature(enabled=True)), "SST-TF is enabled, and not supported"),
        (SpeedSelect(base_cpus=0b10001), "CPUs 4 are no online CPUs of the package"),
        (SpeedSelect(services=(Service(),)), "there are 1 classes of service instead of 4"),
        (
            SpeedSelect(services=(Service(1), Service(3), Service(), Service())),
            "CPUs 0 are in several classes",
        ),
        (
            replace(SORTED, services=(Service(0b0111), *(Service(),) * 3)),
            "CPUs 3 are in no class of service",
        ),
        (SpeedSelect(turbo=ON), "CPUs 0-3 are in no class of service"),
    ],
)
def test_what_cannot_be_true(found: SpeedSelect, fault: str) -> None:
    """It is told in a clause."""
    assert fault in found.fault(ALL)
