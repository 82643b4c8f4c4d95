# SPDX-License-Identifier: Apache-2.0
"""Whole runs on a model node: what is done, what is taken back, and what a crash leaves."""

import contextlib
import errno
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from node import installation

from installer import execute, files, journal, names

MEMORY = Path("/dev/shm")  # noqa: S108 - where syncing costs nothing, if there is such a place
ENDS = execute.End


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder for many nodes."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


@pytest.fixture
def world(ground: Path) -> installation.World:
    """A plain node of Gardener's shape, with an extra_args of somebody."""
    made = installation.World(ground / "first")
    made.lay()
    return made


def ends(outcomes: list[execute.Outcome]) -> list[execute.End]:
    """How runs ended."""
    return [outcome.end for outcome in outcomes]


def test_a_node_comes_to_the_relay_and_back(world: installation.World) -> None:
    """Installed, upgraded and removed: one kubelet restart there and one back, and afterwards every
    file outside of our folders is what it was, with nothing left inside of them.
    """
    before, restarts = world.tree(), world.memory.restarts

    assert ends(world.drive(world.wanted("1"))) == [ENDS.DONE]
    assert (world.endpoint(), world.memory.relay[:2]) == ("relay", "1-")
    assert ends(world.drive(world.wanted("2"))) == [ENDS.DONE]
    assert (world.endpoint(), world.memory.relay[:2]) == ("relay", "2-")
    assert world.memory.restarts == restarts + 1
    assert len(list(world.layout.versions.iterdir())) == 2
    assert ends(world.drive(None)) == [ENDS.DONE]
    assert world.endpoint() == "containerd"
    assert world.memory.restarts == restarts + 2
    assert world.tree() == before
    assert world.left() == []


@pytest.mark.parametrize(
    "extra",
    [None, b"", b"# note", b"KUBELET_EXTRA_ARGS=--v=4\r\n", b"KUBELET_EXTRA_ARGS=''\nA=1"],
)
def test_extra_args_come_back_as_they_were(ground: Path, extra: bytes | None) -> None:
    """Whatever was in the file: after a removal it is the same, or missing as before."""
    world = installation.World(ground / "node")
    world.lay(extra)
    before = world.tree()
    world.drive(world.wanted("1"))

    assert world.endpoint() == "relay"
    world.drive(None)
    assert world.tree() == before


def test_extra_args_come_back_after_a_rescue(world: installation.World) -> None:
    """The rescue's shell leaves an empty assignment; a removal clears it away."""
    before = world.tree()
    world.drive(world.wanted("1"))
    world.rescue("a drill")

    assert world.endpoint() == "containerd"
    world.drive(None)
    assert world.tree() == before


def test_three_versions_are_never_kept(world: installation.World) -> None:
    """Of the versions before, only the last one is kept."""
    for version in ("1", "2", "3"):
        world.drive(world.wanted(version))

    kept = sorted(path.name[:1] for path in world.layout.versions.iterdir())
    assert kept == ["2", "3"]


def test_another_configuration_restarts_the_relay_only(world: installation.World) -> None:
    """A change of the static configuration reaches the relay, and leaves the kubelet alone."""
    world.drive(world.wanted("1"))
    restarts = world.memory.restarts
    world.told.clear()

    assert ends(world.drive(world.wanted("1", fallback=b"policy: {}\n"))) == [ENDS.DONE]
    assert f"systemd started {names.RELAY_UNIT}" in world.told
    assert world.memory.restarts == restarts
    assert world.drive(world.wanted("1", fallback=b"policy: {}\n")) == []


@pytest.mark.parametrize("fault", ["broken", "hanging", "unfit", "sick"])
def test_a_failed_installation_leaves_the_node_as_it_was(
    world: installation.World, fault: str
) -> None:
    """A relay that does not start, does not answer, cannot run or that the kubelet does not like:
    the reason is told, the kubelet is on containerd, and nothing of ours is left but the journal.
    """
    before = world.tree()
    if fault == "sick":
        world.sick = True
    else:
        getattr(world, fault).add("1")

    outcome = world.once(world.wanted("1"))
    assert outcome is not None
    assert outcome.end is ENDS.BEFORE
    assert outcome.reason
    assert world.endpoint() == "containerd"
    assert world.works()
    assert world.tree() == before
    assert not [path for path in world.left() if "/installer" not in path]


@pytest.mark.parametrize("fault", ["broken", "hanging", "unfit"])
def test_a_failed_upgrade_goes_back_to_the_old_version(
    world: installation.World, fault: str
) -> None:
    """The version before serves the kubelet again, with its units and its rescue."""
    world.drive(world.wanted("1"))
    before = world.tree()
    getattr(world, fault).add("2")

    outcome = world.once(world.wanted("2"))
    assert outcome is not None
    assert outcome.end is ENDS.BEFORE
    assert world.works()
    assert world.memory.relay[:2] == "1-"
    assert world.tree() == before or fault == "broken"
    assert world.layout.rescue.read_text().endswith("# 1\n")


def test_two_bad_versions_give_the_kubelet_back(world: installation.World) -> None:
    """If the version before does not answer either, the kubelet goes back to containerd."""
    world.drive(world.wanted("1"))
    world.hanging |= {"1", "2"}

    outcome = world.once(world.wanted("2"))
    assert outcome is not None
    assert outcome.end is ENDS.GIVEN_BACK
    assert world.endpoint() == "containerd"
    assert world.works()


def test_a_switched_off_node_is_led_back(world: installation.World) -> None:
    """A person's switch takes the kubelet off the relay, and keeps it off until the file goes."""
    world.drive(world.wanted("1"))
    world.layout.disabled.write_text("")

    assert ends(world.drive(world.wanted("1"))) == [ENDS.DONE]
    assert world.endpoint() == "containerd"
    assert world.layout.current.is_symlink()
    world.layout.disabled.unlink()
    world.memory.time += 600
    assert ends(world.drive(world.wanted("1"))) == [ENDS.DONE]
    assert world.endpoint() == "relay"


def test_the_kubelet_is_moved_once_in_five_minutes(world: installation.World) -> None:
    """A switch soon after another waits, with the relay up and the kubelet on containerd; the way
    back never waits (NODE-3).
    """
    world.drive(world.wanted("1"))
    world.layout.disabled.write_text("")
    world.drive(world.wanted("1"))
    world.layout.disabled.unlink()

    outcome = world.once(world.wanted("1"))
    assert outcome is not None
    assert outcome.end is ENDS.LATER
    assert 0 < outcome.seconds <= 300
    assert world.endpoint() == "containerd"
    assert ends(world.drive(world.wanted("1"))) == [ENDS.LATER, ENDS.DONE]
    assert world.endpoint() == "relay"


# Crashes


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
        cut.hook = installation.after(at)
        with pytest.raises(installation.Crash):
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
        world.hook = installation.after(chance.randrange(180))
        with contextlib.suppress(installation.Crash):
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


# Disks


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
        cut.hook = installation.after(at)
        with pytest.raises(installation.Crash):
            cut.once(cut.wanted("2"))
        cut.hook = cut.told.append
        if cut.layout.journal.exists():
            cut.layout.journal.write_bytes(b"")
        cut.drive(cut.wanted("2"))
        cut.settle()
        assert cut.works(), f"operation {at}"


def test_a_second_installer_keeps_its_hands_off(world: installation.World) -> None:
    """While one installer holds the lock, another is refused at once, and has changed nothing."""
    before = world.tree()
    with (
        world.disk.lock(world.layout.lock),
        pytest.raises(files.FileProblem, match="another installer"),
        files.Files().lock(world.layout.lock),
    ):
        pytest.fail("held twice")

    assert world.tree() == before


def test_a_defect_of_ours_is_rolled_back(world: installation.World) -> None:
    """An error that nobody thought of is told as a defect, and taken back like any failure."""
    before = world.tree()

    def surprise(what: str) -> None:
        if what.startswith(f"systemd start {names.RELAY_UNIT}"):
            raise KeyError("surprise")

    world.hook = surprise
    outcome = world.once(world.wanted("1"))
    assert outcome is not None
    assert "surprise" in outcome.reason
    assert "defect" in outcome.hint
    assert world.tree() == before
    assert journal.Journal.open(world.disk, world.layout.journal).state == {}
