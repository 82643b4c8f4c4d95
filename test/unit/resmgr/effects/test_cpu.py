# SPDX-License-Identifier: Apache-2.0
"""CPUs run as their classes say."""

from pathlib import Path

import pytest
from unit.resmgr.effects import knobs
from unit.resmgr.sysfs import trees

from resmgr.control.cpu.classes import CpuClass
from resmgr.effects.cpu import Cpu
from resmgr.effects.frequencies import Frequencies
from resmgr.sysfs import frequencies
from resmgr.sysfs.knobs import Knobs

MACHINE = trees.Tree(cores=4).machine()
DIE = "package_00_die_00"
CLASSES = {"turbo": CpuClass(2_000_000, 2_800_000, 0, 2_000_000), "slow": CpuClass(high=1_000_000)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine of four CPUs on a die, with both drivers."""
    knobs.make(tmp_path, dies=[DIE])
    return tmp_path


def made(root: Path) -> Cpu:
    """Make who has CPUs run as their classes say."""
    return Cpu(Frequencies(root, root), lambda: frequencies.find(root, MACHINE))


def test_cpus_and_dies_run_as_classes_say(root: Path) -> None:
    """And as they were found, once their classes say nothing."""
    cpu = made(root)
    told = cpu.enforce({"turbo": 0b1, "slow": 0b10}, CLASSES, anew=False)
    then = [knobs.shown(root, f"cpu{number}/cpufreq") for number in range(3)]
    die = knobs.shown(root, f"{frequencies.UNCORE}/{DIE}")
    cpu.enforce({"": 0b11}, CLASSES, anew=False)

    assert told == ((), ())
    assert then == [(2_000_000, 2_800_000), (800_000, 1_000_000), (800_000, 3_000_000)]
    assert die == (1_000_000, 2_000_000)
    assert knobs.shown(root, "cpu0/cpufreq") == (800_000, 3_000_000)
    assert knobs.shown(root, f"{frequencies.UNCORE}/{DIE}") == (1_000_000, 2_400_000)


def test_what_is_doubtful_is_told_once(root: Path) -> None:
    """Again when it was right meanwhile."""
    cpu = made(root)
    wrong, right = {"fast": 0b1}, {"slow": 0b1}
    told = [cpu.enforce(one, CLASSES, anew=False)[0] for one in (wrong, wrong, right, wrong)]

    assert [len(one) for one in told] == [1, 0, 0, 1]


def test_without_classes_the_machine_is_not_looked_at(tmp_path: Path) -> None:
    """Most nodes have none, and some have thousands of CPUs."""

    def look() -> Knobs:
        pytest.fail("looked at")

    cpu = Cpu(Frequencies(tmp_path, tmp_path), look)

    assert cpu.enforce({"": 0b1}, {}, anew=True) == ((), ())
    assert cpu.unable({}) == ""
    assert cpu.refused({}) == ()
    assert cpu.restore() == ()


def test_restore_has_everything_as_it_was_found(root: Path) -> None:
    """Whoever has changed it."""
    made(root).enforce({"slow": 0b1111}, CLASSES, anew=False)
    failed = made(root).restore()

    assert failed == ()
    assert [knobs.shown(root, f"cpu{number}/cpufreq") for number in range(4)] == [
        (800_000, 3_000_000)
    ] * 4


def test_a_machine_without_drivers_is_told(tmp_path: Path) -> None:
    """What is missing in general, and what each class asks for in vain."""
    cpu = made(tmp_path)

    assert "no CPU has" in cpu.unable(CLASSES)
    assert [one.split(" but ")[0] for one in cpu.refused(CLASSES)] == [
        'uncore limits set in cpu class "turbo"'
    ]
