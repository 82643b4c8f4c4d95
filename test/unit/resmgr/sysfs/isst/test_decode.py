# SPDX-License-Identifier: Apache-2.0
"""What bits of answers mean."""

import pytest

from resmgr.sysfs.isst import decode
from resmgr.sysfs.speed import Feature, Profile, Service


@pytest.mark.parametrize(
    ("answer", "profile"),
    [
        (0, Profile()),
        (0x8000_0400, Profile(supported=True, highest=4)),
        (0x8102_0401, Profile(supported=True, level=2, highest=4, locked=True)),
        (0x0100_0000, Profile(locked=True)),
    ],
)
def test_profiles(answer: int, profile: Profile) -> None:
    """Bit 31 enabled, 24 locked, then the level, the highest one, and a version nobody needs."""
    assert decode.profile(answer) == profile


@pytest.mark.parametrize(
    ("answer", "base", "turbo"),
    [
        (0, Feature(), Feature()),
        (0x1, Feature(), Feature(supported=True)),
        (0x2, Feature(supported=True), Feature()),
        (0x1_0001, Feature(), Feature(supported=True, enabled=True)),
        (0x2_0003, Feature(supported=True, enabled=True), Feature(supported=True)),
    ],
)
def test_features(answer: int, base: Feature, turbo: Feature) -> None:
    """SST-TF has bits 0 and 16, SST-BF 1 and 17."""
    assert (decode.base(answer), decode.turbo(answer)) == (base, turbo)


def test_sharing_of_power() -> None:
    """Bit 0 of one answer: supported; 1 and 2 of another: in use, in order of numbers."""
    assert [decode.power_supported(bits) for bits in (0, 1, 2)] == [False, True, False]
    assert [decode.power_enabled(bits) for bits in (0, 2, 4, 6)] == [False, True, False, True]
    assert [decode.ordered(bits) for bits in (0, 2, 4, 6)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("answer", "service"),
    [
        (0, Service()),
        (0x00FF_0000, Service(max_frequency=25_500_000)),
        (
            0x1020_0CF7,
            Service(0, 1_200_000, 3_200_000, energy_preference=7, weight=15),
        ),
    ],
)
def test_classes(answer: int, service: Service) -> None:
    """Preference and weight have four bits, frequencies eight, in steps of 100 MHz."""
    assert decode.service(answer, 0) == service


@pytest.mark.parametrize(("answer", "number"), [(0, 0), (0x3_0000, 3), (0xFFFE_FFFF, 2)])
def test_members(answer: int, number: int) -> None:
    """Bits 16 and 17."""
    assert decode.member(answer) == number


@pytest.mark.parametrize(("answer", "core"), [(0, 0), (1, 0), (2, 1), (0x1FF, 255), (0x203, 1)])
def test_cores(answer: int, core: int) -> None:
    """Bits 1 to 8; bit 0 is the thread, those above are no part of the core."""
    assert decode.core(answer) == core


def test_masks_of_cores() -> None:
    """Each word has 32 of them."""
    assert list(decode.cores(0x8000_0005, 0)) == [0, 2, 31]
    assert list(decode.cores(0x3, 1)) == [32, 33]
