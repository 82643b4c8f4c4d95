# SPDX-License-Identifier: Apache-2.0
"""What containers use, read from trees of cgroups."""

from pathlib import Path

import pytest
from unit.resmgr.collect import trees

from ctl.node import cgroups, usage

PAGE = 4096


@pytest.mark.parametrize(
    ("put", "cpu", "nodes"),
    [
        (trees.first, 127, {0: 40 * PAGE, 1: 30 * PAGE}),
        (trees.second, 30_000, {0: 3 * PAGE, 1: PAGE}),
    ],
)
def test_one_container(tmp_path: Path, put: object, cpu: int, nodes: dict[int, int]) -> None:
    """CPU time of all CPUs together, memory as a whole and by node, in both versions."""
    assert callable(put)
    put(tmp_path / cgroups.MOUNT)
    layout = cgroups.look(tmp_path)

    found = usage.read(layout.mounts, page=PAGE, at=1.0)

    assert found == usage.Reading(1.0, {trees.A: usage.Used(cpu, 4096, nodes)})


def reading(at: float, **cpu: int) -> usage.Reading:
    """Give a reading of CPU times in nanoseconds."""
    return usage.Reading(at, {name: usage.Used(cpu=spent) for name, spent in cpu.items()})


def test_use_is_that_between_two_readings() -> None:
    """In milli-CPU, of containers in both of them."""
    before, after = reading(1.0, a=10**9, gone=0), reading(3.0, a=2 * 10**9, new=10**9)

    assert usage.between(before, after) == {"a": 500}


def test_a_container_that_began_anew_has_used_nothing() -> None:
    """Its counter may be smaller than before."""
    assert usage.between(reading(1.0, a=10**9), reading(2.0, a=5)) == {"a": 0}


def test_two_readings_at_once_tell_nothing() -> None:
    """No time has passed."""
    assert usage.between(reading(1.0, a=1), reading(1.0, a=2)) == {}
