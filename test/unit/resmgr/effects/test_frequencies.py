# SPDX-License-Identifier: Apache-2.0
"""Limits of frequencies, written and taken back."""

from pathlib import Path

import pytest
from unit.resmgr.effects import knobs

from resmgr.control.cpu.limits import Limit
from resmgr.effects import journal
from resmgr.effects.frequencies import Frequencies
from resmgr.sysfs import frequencies
from resmgr.sysfs.knobs import CORE

FOUND = (800_000, 3_000_000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine of four CPUs."""
    knobs.make(tmp_path)
    return tmp_path


def made(root: Path) -> Frequencies:
    """Make who writes, as a start of the daemon does."""
    data = root / "data"
    data.mkdir(exist_ok=True)
    return Frequencies(root, data)


def limit(cpu: int, low: int, high: int) -> dict[str, Limit]:
    """Limit one CPU."""
    return {f"cpu{cpu}/cpufreq": Limit(knobs.core(cpu), low, high)}


def test_limits_are_written_and_taken_back(root: Path) -> None:
    """What was there is there again when they are not wanted any more."""
    turner = made(root)
    failed = turner.apply(limit(0, 2_000_000, 2_500_000) | limit(1, 0, 1_000_000))
    then = knobs.shown(root, "cpu0/cpufreq"), knobs.shown(root, "cpu1/cpufreq")
    failed += turner.apply(limit(1, 0, 1_000_000))

    assert failed == ()
    assert then == ((2_000_000, 2_500_000), (800_000, 1_000_000))
    assert knobs.shown(root, "cpu0/cpufreq") == FOUND
    assert knobs.shown(root, "cpu1/cpufreq") == (800_000, 1_000_000)


def test_what_is_there_already_is_not_written(root: Path) -> None:
    """Nor is anything noted for it."""
    before = knobs.times(root)
    turner = made(root)
    turner.apply(limit(0, 800_000, 0))
    turner.apply(limit(0, 800_000, 3_000_000), anew=True)

    assert knobs.times(root) == before
    assert not turner.changed


def test_what_stays_wanted_is_looked_at_only_anew(root: Path) -> None:
    """Somebody else may have changed it; a new configuration has it again."""
    turner = made(root)
    turner.apply(limit(0, 0, 1_000_000))
    knobs.put(root, "cpu0/cpufreq", CORE, 800_000, 2_000_000)
    turner.apply(limit(0, 0, 1_000_000))
    then = knobs.shown(root, "cpu0/cpufreq")
    turner.apply(limit(0, 0, 1_000_000), anew=True)

    assert then == (800_000, 2_000_000)
    assert knobs.shown(root, "cpu0/cpufreq") == (800_000, 1_000_000)


def test_what_was_there_outlives_a_kill(root: Path) -> None:
    """The next daemon takes back what the one before has changed."""
    made(root).apply(limit(0, 0, 1_000_000))
    again = made(root)
    changed = again.changed
    again.apply(limit(0, 0, 2_000_000))
    failed = made(root).restore()

    assert changed
    assert failed == ()
    assert knobs.shown(root, "cpu0/cpufreq") == FOUND
    assert list((root / "data").iterdir()) == []


def test_a_boot_forgets_what_was_there(root: Path) -> None:
    """What the kernel has by then is what was there."""
    made(root).apply(limit(0, 0, 1_000_000))
    knobs.boot(root, "second")
    knobs.put(root, "cpu0/cpufreq", CORE, 900_000, 2_900_000)
    turner = made(root)
    turner.apply(limit(0, 0, 1_000_000))
    turner.restore()

    assert knobs.shown(root, "cpu0/cpufreq") == (900_000, 2_900_000)


def test_a_cpu_that_cannot_be_set_is_told_and_the_others_are_set(root: Path) -> None:
    """Unlike in the original, where the first error ended it."""
    (root / frequencies.PLACE / "cpu0/cpufreq/scaling_max_freq").write_text("<unsupported>\n")
    failed = made(root).apply(limit(0, 0, 1_000_000) | limit(1, 0, 1_000_000))

    (told,) = failed
    assert "cpu0/cpufreq/scaling_max_freq: '<unsupported>' is no number" in told
    assert knobs.shown(root, "cpu1/cpufreq") == (800_000, 1_000_000)


def test_many_failures_are_few_words(root: Path) -> None:
    """A machine has thousands of CPUs."""
    many = {folder: one for cpu in range(10, 60) for folder, one in limit(cpu, 0, 1).items()}
    failed = made(root).apply(many)

    assert len(failed) == 4
    assert failed[-1] == "47 more frequencies cannot be set"


def test_a_cpu_that_has_gone_has_nothing_to_be_taken_back(root: Path) -> None:
    """It may be offline by then."""
    turner = made(root)
    turner.apply(limit(0, 0, 1_000_000))
    folder = root / frequencies.PLACE / "cpu0/cpufreq"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()

    assert turner.restore() == ()
    assert not turner.changed


def test_nothing_is_changed_that_cannot_be_noted(root: Path) -> None:
    """A node has to be left as it was."""
    turner = Frequencies(root, root / "nowhere")
    (told,) = turner.apply(limit(0, 0, 1_000_000))

    assert "so no frequency is changed" in told
    assert journal.FILE in told
    assert knobs.shown(root, "cpu0/cpufreq") == FOUND
