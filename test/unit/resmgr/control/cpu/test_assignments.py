# SPDX-License-Identifier: Apache-2.0
"""CPUs in classes."""

from hypothesis import given
from hypothesis import strategies as st

from resmgr.control.cpu import assignments
from resmgr.intents import AssignCpuClass, Intent, SetCpuset

NAMES = st.sampled_from(["", "turbo", "normal", "idle"])
MASKS = st.integers(0, 2**70)


def test_assigning_takes_cpus_from_other_classes() -> None:
    """A class without CPUs is gone."""
    first = assignments.assigned({}, "turbo", 0b1111)
    second = assignments.assigned(first, "normal", 0b0011)
    third = assignments.assigned(second, "normal", 0b1100)

    assert second == {"normal": 0b0011, "turbo": 0b1100}
    assert third == {"normal": 0b1111}


def test_of_what_a_policy_wants_only_classes_count() -> None:
    """In their order."""
    wanted: list[Intent] = [
        AssignCpuClass(3, "a"),
        SetCpuset("x", 1),
        AssignCpuClass(1, "b"),
    ]

    assert assignments.after({}, wanted) == {"a": 2, "b": 1}


@given(st.lists(st.tuples(NAMES, MASKS)))
def test_no_cpu_is_in_two_classes_and_none_is_lost(steps: list[tuple[str, int]]) -> None:
    """Each CPU is in the class that it was put in last, also after a restart."""
    made: assignments.Assignments = {}
    last: dict[int, str] = {}
    for name, cpus in steps:
        made = assignments.assigned(made, name, cpus)
        last |= {cpu: name for cpu in range(71) if cpus >> cpu & 1}

    assert {cpu: name for name, mask in made.items() for cpu in range(71) if mask >> cpu & 1} == (
        last
    )
    assert sum(mask.bit_count() for mask in made.values()) == len(last)
    assert assignments.read(assignments.text(made)) == made


def test_an_entry_that_makes_no_sense_is_as_none() -> None:
    """The policy assigns anew when it starts."""
    for entry in (None, "", "[]", "{", '{"a": "x"}', '{"a": 1}', '"a"'):
        assert assignments.read(entry) == {}
