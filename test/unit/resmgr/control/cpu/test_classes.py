# SPDX-License-Identifier: Apache-2.0
"""Classes of CPUs as they are configured."""

from resmgr.control.cpu import classes
from resmgr.control.cpu.classes import CpuClass
from resmgr.sysfs import knobs
from resmgr.sysfs.knobs import Knob, Knobs

CORE = Knob("cpu0/cpufreq", knobs.CORE, 1)


def test_classes_are_read_from_the_module() -> None:
    """What is not given has no opinion."""
    found = classes.of(
        {
            "classes": {
                "turbo": {"minFreq": 2600000, "maxFreq": 2800000, "uncoreMaxFreq": 2300000},
                "idle": {"maxFreq": None},
                "gone": None,
            }
        }
    )

    assert found == {"turbo": CpuClass(2600000, 2800000, 0, 2300000), "idle": CpuClass()}


def test_no_module_has_no_classes() -> None:
    """Nor has one without keys."""
    assert classes.of(None) == {}
    assert classes.of({"classes": None}) == {}


def test_a_machine_without_frequencies_cannot_limit_them() -> None:
    """The reason names a class and the file that is missing."""
    why = classes.unable({"idle": CpuClass(), "turbo": CpuClass(low=1)}, Knobs(place="/r/cpu"))

    assert "cpu class 'turbo' limits frequencies but no CPU has /r/cpu/cpu*/cpufreq" in why


def test_nothing_is_missing_where_nothing_is_wanted_or_all_is_there() -> None:
    """A controller without classes runs everywhere."""
    assert classes.unable({}, Knobs()) == ""
    assert classes.unable({"a": CpuClass(uncore_low=1)}, Knobs()) == ""
    assert classes.unable({"a": CpuClass(low=1)}, Knobs(cores=(CORE,))) == ""


def test_uncore_limits_need_the_driver() -> None:
    """Each class that has some is told."""
    wanted = {"a": CpuClass(uncore_low=1), "b": CpuClass(low=1), "c": CpuClass(uncore_high=2)}
    told = classes.refused(wanted, Knobs(cores=(CORE,)))

    assert [one.split(" but ")[0] for one in told] == [
        'uncore limits set in cpu class "a"',
        'uncore limits set in cpu class "c"',
    ]
    assert classes.refused(wanted, Knobs(uncore=True)) == ()
