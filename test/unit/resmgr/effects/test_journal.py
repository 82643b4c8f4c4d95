# SPDX-License-Identifier: Apache-2.0
"""What limits of frequencies were."""

import json
import stat
from pathlib import Path

import pytest
from unit.resmgr.effects import knobs

from resmgr.control.cpu.order import Pair
from resmgr.effects import journal

WAS = {
    "cpu0/cpufreq": Pair(800, 3000),
    "intel_uncore_frequency/package_00_die_01": Pair(1000, 2400),
}


def written(path: Path, boot: str = "b") -> journal.Journal:
    """Write one."""
    made = journal.Journal(path, boot, dict(WAS))
    made.save()
    return made


def read(path: Path, boot: str = "b") -> dict[str, Pair]:
    """Read one."""
    found = journal.Journal(path, boot)
    found.load()
    return found.was


def test_what_was_noted_is_found_again(tmp_path: Path) -> None:
    """By root alone."""
    path = tmp_path / journal.FILE
    written(path)

    assert read(path) == WAS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_boot_ends_it(tmp_path: Path) -> None:
    """The kernel has set all of it anew."""
    path = tmp_path / journal.FILE
    written(path)

    assert read(path, "another") == {}


def test_nothing_to_note_leaves_no_file(tmp_path: Path) -> None:
    """Also where there was one."""
    path = tmp_path / journal.FILE
    made = written(path)
    made.was.clear()
    made.save()
    made.save()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "limits",
    [
        [],
        {"../../etc": [1, 2]},
        {"cpu0/cpufreq/..": [1, 2]},
        {"cpu0/cpufreq": [1]},
        {"cpu0/cpufreq": ["1", "2"]},
        {"cpu0/cpufreq": [-1, 2]},
        {"cpu0/cpufreq": None},
    ],
)
def test_what_makes_no_sense_is_passed_over(tmp_path: Path, limits: object) -> None:
    """Nothing outside of the folders for frequencies is ever written."""
    path = tmp_path / journal.FILE
    path.write_text(json.dumps({"boot": "b", "limits": limits}))

    assert read(path) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff"])
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    """What is there counts as what was there."""
    path = tmp_path / journal.FILE
    path.write_text(text, encoding="latin-1")

    assert read(path) == {}


def test_the_boot_is_told_by_the_kernel(tmp_path: Path) -> None:
    """A machine that does not tell has an empty one."""
    assert journal.boot_id(tmp_path) == ""

    knobs.boot(tmp_path, "first")
    assert journal.boot_id(tmp_path) == "first"
