# SPDX-License-Identifier: Apache-2.0
"""Whatever is wanted in whichever order, over kills: a machine is left as it was found."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.resmgr.effects import knobs

from resmgr.control.cpu import limits
from resmgr.control.cpu.classes import CpuClass
from resmgr.effects.frequencies import Frequencies
from resmgr.sysfs import frequencies
from resmgr.sysfs import knobs as real
from resmgr.sysfs.knobs import Knob, Knobs

DIE = f"{frequencies.UNCORE}/package_00_die_00"
FOLDERS = ("cpu0/cpufreq", "cpu2/cpufreq", DIE)
KNOBS = Knobs(
    (
        Knob("cpu0/cpufreq", real.CORE, 0b0011, 800_000, 3_000_000),
        Knob("cpu2/cpufreq", real.CORE, 0b1100, 800_000, 3_000_000),
    ),
    (Knob(DIE, real.DIE, 0b1111, 1_000_000, 2_400_000),),
    uncore=True,
)
KHZ = st.sampled_from([0, 1, 900_000, 1_700_000, 2_900_000, 9_000_000])
CLASS = st.builds(CpuClass, KHZ, KHZ, KHZ, KHZ)
STEP = st.tuples(
    st.dictionaries(st.sampled_from("abc"), CLASS),
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 15)),
    st.booleans(),
)


def shown(root: Path) -> dict[str, tuple[int, int]]:
    """Give all limits."""
    return {folder: knobs.shown(root, folder) for folder in FOLDERS}


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=6))
def test_a_machine_is_left_as_it_was_found(
    steps: list[tuple[Mapping[str, CpuClass], Mapping[str, int], bool]],
) -> None:
    """Each step may come after a kill; nothing fails, and what is written is within bounds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        knobs.make(root, cpus=(0, 2), dies=["package_00_die_00"])
        found = shown(root)
        turner = Frequencies(root, root)
        for classes, assignments, killed in steps:
            turner = Frequencies(root, root) if killed else turner
            wanted = limits.wanted(assignments, classes, KNOBS).limits
            assert turner.apply(wanted) == ()
            for name, (low, high) in shown(root).items():
                limit = wanted.get(name)
                assert found[name][0] <= low <= high <= found[name][1]
                assert limit is None or not limit.high or high == limit.high
                assert limit is not None or (low, high) == found[name]
        assert turner.restore() == ()
        assert shown(root) == found
        assert not turner.changed
