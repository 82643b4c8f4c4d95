# SPDX-License-Identifier: Apache-2.0
"""Machines drawn in a terminal."""

import re

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.ctl.machines import shapes

from ctl import machines
from ctl.drawing import plan, text
from ctl.drawing.occupants import Occupant
from ctl.drawing.text import Look
from ctl.machines import build, shape
from resmgr import cpuset

OCCUPANTS = (
    Occupant("default/db:postgres", "node 0", 0b110, 0, "A"),
    Occupant("default/web:nginx", "node 1", 0, 0b11 << 4),
)


def drawn(name: str, occupants: tuple[Occupant, ...] = (), look: Look | None = None) -> list[str]:
    """Draw a machine."""
    return list(text.lines(plan.plan(machines.parse(name)), occupants, look or Look()))


def test_everything_has_its_place() -> None:
    """Packages, nodes, memory, caches, cores with their threads, and who is there."""
    found = drawn("1x2x3x2:isolated=3:offline=11:pmem=64Gi", OCCUPANTS)

    assert found == [
        "11 CPUs, 6 cores, 1 package, 4 NUMA nodes, 256Gi of memory",
        "package 0: CPUs 0-10 (11), L3 32Mi",
        "├─ node 0: DRAM 64Gi, CPUs 0-2,6-8 (6)",
        "│  [ 0·  6·] [ 1A  7·] [ 2A  8·]",
        "└─ node 1: DRAM 64Gi, CPUs 3-5,9-10 (5), isolated 3",
        "   [ 3i  9·] [ 4+ 10·] [ 5+]",
        "without online CPUs",
        "├─ node 2: PMEM 64Gi, nearest to nodes 0, 1 (distance 17)",
        "└─ node 3: PMEM 64Gi, nearest to nodes 0, 1 (distance 17)",
        "offline: CPU 11",
        "letter: exclusive to that container; + shared; i isolated, idle; · idle; [] core",
    ]


def test_dies_are_drawn_where_there_are_several() -> None:
    """Nodes stand below their die."""
    assert drawn("1x2x1x1:dies=2")[1:6] == [
        "package 0: CPUs 0-1 (2), L3 32Mi",
        "├─ die 0: CPU 0",
        "│  └─ node 0: DRAM 64Gi, CPU 0",
        "│     [0·]",
        "└─ die 1: CPU 1",
    ]


def test_efficient_cores_look_different() -> None:
    """They are round, their clusters are told, and the legend says so."""
    found = drawn("laptop")

    assert "(14·) (15·)" in found[3]
    assert found[4] == "   clusters: 8-11; 12-15"
    assert found[-1] == "· idle; [] performance core, () efficient core"


def test_many_cores_are_folded() -> None:
    """Cores that follow each other and are used alike are one line."""
    found = drawn("huge", OCCUPANTS)

    assert len(found) < 80
    assert found[2:8] == [
        "├─ node 0: DRAM 256Gi, CPUs 0-63,2048-2111 (128), 8 x L3 32Mi",
        "│  1 core, CPUs 0,2048 (2): idle",
        "│  2 cores, CPUs 1-2,2049-2050 (4): A default/db:postgres",
        "│  1 core, CPUs 3,2051 (2): idle",
        "│  2 cores, CPUs 4-5,2052-2053 (4): shared by 1 container",
        "│  58 cores, CPUs 6-63,2054-2111 (116): idle",
    ]


def test_isolated_cpus_are_told_where_cores_are_folded() -> None:
    """An isolated core is another line than an idle one."""
    found = drawn("1x1x4x1:isolated=1", look=Look(each=False))

    assert found[3:] == [
        "   1 core, CPU 0: idle",
        "   1 core, CPU 1: isolated, idle",
        "   2 cores, CPUs 2-3 (2): idle",
    ]


@pytest.mark.parametrize(("each", "folded"), [(None, False), (True, False), (False, True)])
def test_who_draws_may_choose(each: bool | None, folded: bool) -> None:  # noqa: FBT001
    """A few cores are drawn one by one, unless it is asked for something else."""
    assert any("2 cores" in line for line in drawn("1x1x2x1", look=Look(each=each))[2:]) is folded


def test_caches_of_a_part_divide_it() -> None:
    """Cores that share one stand below it."""
    found = drawn("huge", look=Look(each=True))

    assert found[2] == "├─ node 0: DRAM 256Gi, CPUs 0-63,2048-2111 (128)"
    assert found[3] == "│  L3 32Mi: CPUs 0-7,2048-2055 (16)"
    assert found[4].startswith("│  [   0· 2048·] [   1· 2049·]")


def test_colours_are_for_screens() -> None:
    """Without colour there is none, with it the text is the same."""
    coloured = drawn("snc", OCCUPANTS, Look(colour=True))
    plain = drawn("snc", OCCUPANTS)

    assert any("\x1b[1;32m" in line for line in coloured)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


def test_ascii_is_enough() -> None:
    """A terminal that has nothing else shows the same."""
    found = drawn("1x2x3x2:dies=2", OCCUPANTS, Look(plain=True))

    assert all(line.isascii() for line in found)
    assert found[2:5] == [
        "|- die 0: CPUs 0-2,6-8 (6)",
        "|  `- node 0: DRAM 64Gi, CPUs 0-2,6-8 (6)",
        "|     [ 0.  6.] [ 1A  7.] [ 2A  8.]",
    ]


@hypothesis.settings(deadline=None)
@hypothesis.given(shapes.SHAPES, st.integers(40, 120))
def test_no_line_of_cores_is_wider_than_the_screen(made: shape.Shape, width: int) -> None:
    """And each CPU is drawn in one of them."""
    machine = build.build(made)
    lines = list(text.lines(plan.plan(machine), (), Look(width=width, each=True)))
    cells = [line for line in lines if re.search(r"[\[(] *[0-9]+[·i]", line)]
    ids = re.findall(r"([0-9]+)[·i]", " ".join(cells))

    assert all(len(line) <= width for line in cells)
    assert cpuset.of(map(int, ids)) == machine.online
    assert len(ids) == machine.online.bit_count()
