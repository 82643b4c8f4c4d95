# SPDX-License-Identifier: Apache-2.0
"""Limits of frequencies from classes and the CPUs in them."""

from resmgr.control.cpu import limits
from resmgr.control.cpu.classes import CpuClass
from resmgr.sysfs import knobs
from resmgr.sysfs.knobs import Knob, Knobs

CORES = tuple(
    Knob(f"cpu{cpu}/cpufreq", knobs.CORE, 1 << cpu, 800_000, 3_000_000) for cpu in range(4)
)
DIES = tuple(
    Knob(f"package_00_die_0{die}", knobs.DIE, 0b11 << 2 * die, 1_000_000, 2_400_000)
    for die in range(2)
)
ALL = Knobs(CORES, DIES, uncore=True)


def shown(found: limits.Wanted) -> dict[str, tuple[int, int]]:
    """Give limits by folder."""
    return {folder: (one.low, one.high) for folder, one in found.limits.items()}


def test_each_cpu_has_the_limits_of_its_class() -> None:
    """One without a class, and one whose class has no opinion, has none."""
    classes = {"turbo": CpuClass(2_000_000, 2_800_000), "idle": CpuClass(high=1_000_000)}
    found = limits.wanted({"turbo": 0b1, "idle": 0b10, "": 0b100}, classes, ALL)

    assert shown(found) == {
        "cpu0/cpufreq": (2_000_000, 2_800_000),
        "cpu1/cpufreq": (0, 1_000_000),
    }
    assert found.doubts == ()


def test_limits_are_what_the_hardware_can_do() -> None:
    """No opinion stays none."""
    classes = {"wide": CpuClass(100, 9_000_000, 1, 9_000_000)}
    found = limits.wanted({"wide": 0b1}, classes, ALL)

    assert shown(found) == {
        "cpu0/cpufreq": (800_000, 3_000_000),
        "package_00_die_00": (1_000_000, 2_400_000),
    }


def test_the_highest_limits_of_the_classes_on_a_die_count() -> None:
    """Dies on which no class has an opinion have none."""
    classes = {
        "a": CpuClass(uncore_low=1_200_000, uncore_high=1_500_000),
        "b": CpuClass(uncore_low=1_100_000, uncore_high=2_000_000),
        "c": CpuClass(low=900_000),
    }
    found = limits.wanted({"a": 0b01, "b": 0b10, "c": 0b1100}, classes, Knobs((), DIES))

    assert shown(found) == {"package_00_die_00": (1_200_000, 2_000_000)}


def test_cpus_that_share_a_clock_have_the_highest_limits_of_their_classes() -> None:
    """One file cannot hold two values."""
    shared = Knobs((Knob("cpu0/cpufreq", knobs.CORE, 0b11),))
    classes = {"slow": CpuClass(800, 1000), "fast": CpuClass(900, 2000)}

    assert shown(limits.wanted({"slow": 1, "fast": 2}, classes, shared)) == {
        "cpu0/cpufreq": (900, 2000)
    }


def test_limits_that_cross_are_told_and_the_upper_one_counts() -> None:
    """Two classes on one die may want that together, though none of them does alone."""
    classes = {
        "a": CpuClass(uncore_low=2_000_000),
        "b": CpuClass(uncore_high=1_500_000),
    }
    found = limits.wanted({"a": 0b01, "b": 0b10}, classes, Knobs((), DIES))

    assert shown(found) == {"package_00_die_00": (1_500_000, 1_500_000)}
    assert found.doubts == (
        "package_00_die_00: the lowest frequency 2000000 kHz is above 1500000 kHz",
    )


def test_a_class_that_is_not_configured_is_told() -> None:
    """No class at all is no such thing."""
    found = limits.wanted({"fast": 1, "": 2}, {}, ALL)

    assert found.limits == {}
    assert found.doubts == ("cpu class 'fast' is not configured: its CPUs are left as they were",)
