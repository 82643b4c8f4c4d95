# SPDX-License-Identifier: Apache-2.0
"""Use of CPUs and memory beside what was given."""

from pathlib import Path

from unit.ctl import pages
from unit.resmgr.collect import trees

from ctl import consumption, placed
from ctl.node import cgroups, usage


def row(name: str, cpu: int | None, memory: int, pool: str = "") -> consumption.Row:
    """Give a row."""
    return consumption.Row(
        placed.Placed(name, name, "main", pool=pool), usage.Used(memory=memory), cpu
    )


def test_rows_put_together_what_is_known(tmp_path: Path) -> None:
    """The daemon's words, the kernel's cpuset and shares, what was used since the time before."""
    mount = tmp_path / cgroups.MOUNT
    trees.first(mount)
    trees.put(mount / "cpuset" / trees.SYSTEMD / "cpuset.cpus", "0-1\n")
    trees.put(mount / "cpuset" / trees.SYSTEMD / "cpuset.mems", "0\n")
    trees.put(mount / "cpu" / trees.SYSTEMD / "cpu.shares", "512\n")
    layout = cgroups.look(tmp_path)
    now = usage.read(layout.mounts, page=4096, at=1.0)
    before = usage.Reading(0.0, {trees.A: usage.Used(cpu=0)})

    (found,) = consumption.rows(placed.read(pages.INTROSPECTED), layout, before, now)

    assert found.placed.title == "web:main"
    assert (found.cpus, found.shares, found.cpu) == (0b11, 512, 0)
    assert found.document()["exclusive"] == "2-3"
    assert found.document()["cpus"] == "0-1"
    assert found.document()["memory_by_node"] == {"0": 40 * 4096, "1": 30 * 4096}


def test_without_the_kernels_word_the_policys_counts() -> None:
    """The CPUs are those that were decided."""
    web = placed.read(pages.INTROSPECTED)[1]

    assert consumption.Row(web, usage.Used()).cpus == 0b1100


def test_rows_are_sorted() -> None:
    """By use the greatest first, by name and pool as people read; equal ones by name."""
    rows = [row("b", 1, 7, "y"), row("a", None, 9, "x"), row("c", 5, 7, "x")]

    orders = {
        by: "".join(one.placed.pod for one in consumption.ordered(rows, by))
        for by in consumption.SORTS
    }

    assert orders == {"cpu": "cba", "memory": "abc", "name": "abc", "pool": "acb"}
