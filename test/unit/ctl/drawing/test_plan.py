# SPDX-License-Identifier: Apache-2.0
"""The order in which machines are drawn."""

import dataclasses

import hypothesis
import pytest
from unit.ctl.machines import shapes

from ctl import machines
from ctl.drawing import plan
from ctl.machines import build, shape
from resmgr import cpuset
from resmgr.sysfs.machine import Cache, CacheType, CoreKind, Machine


def with_caches(text: str, *masks: str) -> Machine:
    """Give a machine whose caches of level 3 are these."""
    caches = tuple(Cache(3, CacheType.UNIFIED, 1 << 20, cpuset.parse(mask)) for mask in masks)
    return dataclasses.replace(machines.parse(text), caches=caches)


@hypothesis.settings(deadline=None)
@hypothesis.given(shapes.SHAPES)
def test_each_cpu_is_drawn_once(made: shape.Shape) -> None:
    """Whatever a machine is, all online CPUs are in cores, and no one is twice."""
    machine = build.build(made)
    cores = [
        core.cpus
        for socket in plan.plan(machine).sockets
        for die in socket.dies
        for part in die.parts
        for group in part.groups
        for core in group.cores
    ]

    assert sum(cores) == machine.online
    assert sum(core.bit_count() for core in cores) == machine.online.bit_count()


def test_nodes_without_cpus_stand_apart() -> None:
    """They are in no package."""
    assert [node.id for node in plan.plan(machines.parse("pmem")).apart] == [4, 5, 6, 7]


@pytest.mark.parametrize(
    ("masks", "package", "die", "groups"),
    [
        (("0-7",), 1, 0, ["0-1", "2-3", "4-5", "6-7"]),
        (("0-3", "4-7"), 0, 2, ["0-1", "2-3", "4-5", "6-7"]),
        (("0-1", "2-3", "4-5", "6-7"), 0, 0, ["0-1", "2-3", "4-5", "6-7"]),
        (("0", "1", "4"), 0, 0, ["0", "1", "2-3", "4", "5", "6-7"]),
    ],
)
def test_a_cache_stands_where_all_its_cpus_are(
    masks: tuple[str, ...], package: int, die: int, groups: list[str]
) -> None:
    """It is drawn at the smallest part of the machine that holds it; others are grouped by it."""
    (socket,) = plan.plan(with_caches("1x4x2x1:dies=2", *masks)).sockets
    parts = [part for die in socket.dies for part in die.parts]

    assert len(socket.caches) == package
    assert sum(len(die.caches) for die in socket.dies) == die
    assert [cpuset.show(group.cpus) for part in parts for group in part.groups] == groups


def test_nodes_of_several_dies_are_drawn_in_parts() -> None:
    """A part is what a die and a node have in common."""
    (socket,) = plan.plan(machines.parse("1x1x4x1:dies=2")).sockets

    assert [[cpuset.show(part.cpus) for part in die.parts] for die in socket.dies] == (
        [["0-1"], ["2-3"]]
    )


def test_cores_have_their_kind() -> None:
    """Performance cores and efficient ones are told from each other."""
    (socket,) = plan.plan(machines.parse("laptop")).sockets
    kinds = [core.kind for core in socket.dies[0].parts[0].groups[0].cores]

    assert kinds == [CoreKind.PERFORMANCE] * 4 + [CoreKind.EFFICIENT] * 8
