# SPDX-License-Identifier: Apache-2.0
"""Kinds of cores of hybrid machines."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from unit.resmgr.sysfs import trees

from resmgr.sysfs import discover, files, kinds, machine

CORE, ATOM = "cpu_core/cpus", "cpu_atom/cpus"


def cpus(*frequencies: int) -> dict[int, machine.Cpu]:
    """CPUs with these highest frequencies."""
    return {
        id_: machine.Cpu(id_, 0, 0, id_, 0, 1 << id_, max_frequency=frequency)
        for id_, frequency in enumerate(frequencies)
    }


def find(
    root: Path,
    lists: Mapping[str, str],
    *frequencies: int,
    capacities: Mapping[int, int] | None = None,
) -> kinds.Kinds:
    """Tell the kinds of CPUs below a folder with these files."""
    trees.write(root, lists)
    return kinds.find(files.Folder(root), cpus(*frequencies), capacities or {})


def test_the_kernels_lists_count_first(tmp_path: Path) -> None:
    """What is listed is so whatever frequencies say; only online CPUs are in it."""
    found = find(tmp_path, {CORE: "0-1,8", ATOM: "2-3,9"}, 1000, 4000, 4000, 4000)

    assert found == kinds.Kinds(0b0011, 0b1100)


def test_one_list_alone_says_nothing(tmp_path: Path) -> None:
    """Without the other list there is nothing to tell cores by."""
    assert find(tmp_path, {CORE: "0-1"}, 0, 0) == kinds.Kinds()


@pytest.mark.parametrize(
    ("core", "atom", "warning"),
    [
        ("0-1", "x", r"cannot read .*/cpu_atom/cpus: .* is no id"),
        ("0-1", "1-2", r"cannot read .*/cpu_atom/cpus: CPUs 1 are in cpu_core/cpus, too"),
    ],
)
def test_lists_that_make_no_sense_are_a_warning(
    tmp_path: Path, core: str, atom: str, warning: str
) -> None:
    """All cores are taken for alike, which the warning says."""
    found = find(tmp_path, {CORE: core, ATOM: atom}, 1, 1, 1)

    assert (found.performance, found.efficient) == (0, 0)
    assert len(found.warnings) == 1
    assert found.warnings[0].endswith("; all cores are taken for alike")
    assert re.search(warning, found.warnings[0])


def test_capacities_tell_where_there_are_no_lists(tmp_path: Path) -> None:
    """CPUs with less than four fifths of the greatest capacity are efficient."""
    told = {0: 1024, 1: 871, 2: 819, 3: 250}

    assert find(tmp_path, {}, 0, 0, 0, 0, capacities=told) == kinds.Kinds(0b0011, 0b1100)


def test_capacities_count_only_if_all_are_told(tmp_path: Path) -> None:
    """A CPU without capacity makes the others' worthless."""
    assert find(tmp_path, {}, 0, 0, capacities={0: 1024}) == kinds.Kinds()


@pytest.mark.parametrize(
    ("frequencies", "efficient"),
    [
        ((5100, 5100, 3300), 0b100),
        ((5100, 4900, 4100), 0),
        ((5100, 0, 3300), 0),
        ((5100, 5100, 5100), 0),
    ],
)
def test_frequencies_tell_last(
    tmp_path: Path, frequencies: tuple[int, ...], efficient: int
) -> None:
    """Favoured cores of one kind are a little faster than others; another kind is much slower."""
    assert find(tmp_path, {}, *frequencies).efficient == efficient


def test_kinds_are_put_into_cpus() -> None:
    """CPUs of neither kind stay ordinary; where nothing is told nothing is made anew."""
    given = cpus(1, 1, 1)
    found = kinds.put(kinds.Kinds(0b001, 0b010), given)

    assert [cpu.kind for cpu in found.values()] == [
        machine.CoreKind.PERFORMANCE,
        machine.CoreKind.EFFICIENT,
        machine.CoreKind.ORDINARY,
    ]
    assert kinds.put(kinds.Kinds(), given) is given


def test_a_machine_has_the_kinds_of_its_cores(tmp_path: Path) -> None:
    """Discovery puts them into the machine, and hands their warnings on."""
    trees.LAPTOP.write(tmp_path)
    trees.write(tmp_path / "sys/devices", {CORE: "0-1,4-5", ATOM: "2-3,6-7"})
    hybrid = discover.discover(tmp_path)
    trees.write(tmp_path / "sys/devices", {ATOM: "?"})

    assert hybrid.machine.cpus[6].kind is machine.CoreKind.EFFICIENT
    assert hybrid.warnings == ()
    assert len(discover.discover(tmp_path).warnings) == 1
