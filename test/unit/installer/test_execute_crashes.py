# SPDX-License-Identifier: Apache-2.0
"""Installers that end anywhere, and disks that refuse: the kubelet always has a runtime."""

import contextlib
import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from node import crashes, installation

from installer import execute

ENDS = execute.End

pytestmark = pytest.mark.timeout(600)  # Thousands of installers; a busy machine takes its time.


def plain(_world: installation.World) -> None:
    """Nothing of ours."""


def on_one(world: installation.World) -> None:
    """Version 1 serves the kubelet."""
    world.drive(world.wanted("1"))
    world.memory.time += 600


SCENES: dict[str, tuple[Callable[[installation.World], None], str | None, set[str]]] = {
    "install": (plain, "1", set()),
    "upgrade": (on_one, "2", set()),
    "remove": (on_one, None, set()),
    "install what hangs": (plain, "1", {"1"}),
    "upgrade to what hangs": (on_one, "2", {"2"}),
}


def judge(world: installation.World, goal: str | None, plain_tree: dict[str, str]) -> None:
    """Start the installer again on a node that was left in the middle, as it is and rebooted."""
    for rebooted in (False, True):
        other = world.fork(world.root.parent / f"{world.root.name}-{rebooted}")
        if rebooted:
            other.reboot()
        other.settle()
        assert other.works(), "without the installer"
        outcomes = other.drive(other.wanted(goal) if goal else None)
        assert other.works(), "with the installer again"
        assert not any(outcome.end is ENDS.STUCK for outcome in outcomes)
        if goal in other.hanging:
            assert other.memory.relay[:2] != f"{goal}-" or other.endpoint() == "containerd"
        elif goal is None:
            assert other.endpoint() == "containerd"
            assert other.tree() == plain_tree
            assert other.left() == []
        else:
            assert (other.endpoint(), other.memory.relay[:2]) == ("relay", f"{goal}-")
            other.memory.time += 600
            other.drive(None)
            assert other.tree() == plain_tree
            assert other.left() == []


def stage(ground: Path, scene: str) -> tuple[installation.World, str | None, dict[str, str]]:
    """A node at the beginning of a scene."""
    prepare, goal, hanging = SCENES[scene]
    world = installation.World(ground / "stage")
    world.lay()
    tree = world.tree()
    prepare(world)
    world.hanging = hanging
    if goal is not None:
        world.wanted(goal)
    return world, goal, tree


def points(ground: Path, scene: str) -> tuple[installation.World, list[int]]:
    """The node before a scene, and the numbers of its operations.

    Of waits that follow each other, nothing happening in between, the first stands for all.
    """
    world, goal, _ = stage(ground, scene)
    rehearsal = world.fork(ground / "rehearsal")
    rehearsal.once(rehearsal.wanted(goal) if goal else None)
    told = rehearsal.told
    waits = [what.startswith("wait") for what in told]
    return world, [at for at in range(len(told)) if not (at and waits[at] and waits[at - 1])]


@pytest.mark.parametrize("scene", SCENES)
def test_a_crash_at_any_operation_leaves_a_node_that_works(ground: Path, scene: str) -> None:
    """The installer ends before each single operation on files and on systemd. The node works as it
    is and after a reboot, and the next installer brings it to where it should be.
    """
    world, numbers = points(ground, scene)
    _, goal, tree = stage(ground / "again", scene)

    assert len(numbers) > 40
    for at in numbers:
        cut = world.fork(ground / str(at))
        cut.hook = crashes.after(at)
        with pytest.raises(crashes.Crash):
            cut.once(cut.wanted(goal) if goal else None)
        assert cut.works() or cut.memory.relay, f"operation {at}"
        judge(cut, goal, tree)


def test_two_hundred_crashes_in_a_row(ground: Path) -> None:
    """Installers that end at random operations, one after the other, with other wishes each time
    and reboots in between, never leave a kubelet without a runtime.
    """
    chance = random.Random(4)  # noqa: S311 - which moments, no secrets
    world = installation.World(ground / "node")
    world.lay()
    tree = world.tree()

    for at in range(200):
        wish = chance.choice(["1", "2", "3", None])
        wanted = world.wanted(wish) if wish else None
        world.hook = crashes.after(chance.randrange(180))
        with contextlib.suppress(crashes.Crash):
            world.drive(wanted)
        world.hook = world.told.append
        world.memory.time += chance.choice([1, 400])
        assert world.works(), f"crash {at}"
        if chance.random() < 0.2:
            world.reboot()
            assert world.works(), f"reboot after crash {at}"
    world.memory.time += 600
    world.drive(None)
    assert world.tree() == tree
    assert world.left() == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("scene", ["install", "upgrade", "remove"])
def test_a_disk_that_refuses_from_some_operation_on(ground: Path, scene: str, number: int) -> None:
    """The disk is full, or read-only, from any operation on: one clear reason, the kubelet has its
    runtime, and when the disk is well again the next installer ends the matter.
    """
    world, numbers = points(ground, scene)
    _, goal, tree = stage(ground / "again", scene)

    for at in numbers:
        full = world.fork(ground / str(at))
        left = [at]

        def refuse(what: str, left: list[int] = left) -> None:
            left[0] -= 1
            writing = what.startswith(("write", "append", "copy", "link", "make", "rename"))
            if left[0] < 0 and writing:
                raise OSError(number, os.strerror(number))

        full.hook = refuse
        outcome = full.once(full.wanted(goal) if goal else None)
        full.settle()
        assert full.works(), f"operation {at}"
        if outcome is not None and outcome.end is not ENDS.DONE:
            assert os.strerror(number) in outcome.reason
            assert outcome.hint
        full.hook = full.told.append
        judge(full, goal, tree)


def test_a_journal_that_is_lost_costs_no_kubelet(ground: Path) -> None:
    """Between a crash and the next start the journal is cut to nothing: the node still works."""
    world, numbers = points(ground, "upgrade to what hangs")
    for at in numbers:
        cut = world.fork(ground / str(at))
        cut.hook = crashes.after(at)
        with pytest.raises(crashes.Crash):
            cut.once(cut.wanted("2"))
        cut.hook = cut.told.append
        if cut.layout.journal.exists():
            cut.layout.journal.write_bytes(b"")
        cut.drive(cut.wanted("2"))
        cut.settle()
        assert cut.works(), f"operation {at}"
