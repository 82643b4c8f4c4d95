# SPDX-License-Identifier: Apache-2.0
"""Whole runs on a model node: what is done, what is taken back, and what a crash leaves."""

from pathlib import Path

import pytest
from node import installation, model

from installer import execute, files, journal, names, problem
from installer.steps import interface

ENDS = execute.End


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


def test_what_a_rescue_has_left_goes(world: installation.World) -> None:
    """One that was cut off while it wrote leaves a file beside the kubelet's."""
    before = world.tree()
    world.drive(world.wanted("1"))
    world.layout.rescue_temporary.write_text("half")
    world.drive(None)

    assert world.tree() == before


def test_sockets_of_a_relay_that_was_killed_go(world: installation.World) -> None:
    """All of them, whoever asked there."""
    world.drive(world.wanted("1"))
    for path in world.layout.sockets:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    world.drive(None)

    assert [path.name for path in world.layout.sockets if path.exists()] == []


def test_a_disk_that_became_read_only_is_left_as_the_rescue_left_it(
    world: installation.World,
) -> None:
    """The rescue has had the kubelet read another file, which a pod does not see: our word is still
    in `extra_args`, and the kubelet on containerd. Nothing restarts it, however often it is tried.
    """
    world.drive(world.wanted("1"))
    world.stop(names.RELAY_UNIT)
    world.memory.kubelet = ("kubelet", f"{names.ENDPOINT_FLAG}={model.CONTAINERD}")
    restarts = world.memory.restarts

    def refuse(what: str) -> None:
        if what.startswith(("write", "append", "link", "make folder", "remove", "copy", "rename")):
            raise problem.FileProblem(f"cannot {what}: Read-only file system")

    world.hook = refuse
    ended = ends([outcome for _ in range(3) if (outcome := world.once(world.wanted("1")))])
    assert set(ended) == {ENDS.STUCK}
    assert world.endpoint() == "containerd"
    assert world.memory.restarts == restarts


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
    # What ends again and again has already been taken from the kubelet, by systemd and the rescue.
    assert outcome.reason.endswith("; version 1 serves the kubelet") or fault == "broken"
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


def test_a_relay_does_not_go_under_the_kubelet(world: installation.World) -> None:
    """Somebody has removed `current`, so a failed upgrade has no version to go back to: the kubelet
    is on containerd before the relay ends.
    """
    world.drive(world.wanted("1"))
    world.layout.current.unlink()
    world.hanging.add("2")
    seen: list[str] = []

    def look(what: str) -> None:
        if what == f"systemd stop {names.RELAY_UNIT}":
            seen.append(world.endpoint())

    world.hook = look
    outcome = world.once(world.wanted("2"))
    assert outcome is not None
    assert outcome.end is ENDS.BEFORE
    assert seen == ["containerd"]
    assert world.works()


def test_extra_args_that_became_a_link_change_nothing(world: installation.World) -> None:
    """The kubelet stays on the relay that serves it; the reason is told, nothing stays open."""
    world.drive(world.wanted("1"))
    moved = world.layout.extra_args.rename(world.layout.extra_args.with_name("moved"))
    world.layout.extra_args.symlink_to(moved.name)
    outcome = world.once(world.wanted("1"))

    assert outcome is not None
    assert outcome.end is ENDS.BEFORE
    assert "symbolic link" in outcome.reason
    assert world.endpoint() == "relay"
    assert world.works()
    assert journal.Journal.open(world.disk, world.layout.journal).state == {}


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


def test_a_second_installer_keeps_its_hands_off(world: installation.World) -> None:
    """While one installer holds the lock, another is refused at once, and has changed nothing."""
    before = world.tree()
    with (
        world.disk.lock(world.layout.lock),
        pytest.raises(problem.FileProblem, match="another installer"),
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


def test_a_relay_that_goes_lets_go(world: installation.World) -> None:
    """With the kubelet on containerd and the relay stopped, so that nobody pins anew."""
    world.drive(world.wanted("1"))
    seen: list[tuple[str, str]] = []

    def look(what: str) -> None:
        if what == "release":
            seen.append((world.endpoint(), world.memory.relay))

    world.hook = look
    world.drive(None)
    assert seen == [("containerd", "")]
    assert world.left() == []


def test_what_a_dead_relay_pinned_is_let_go(world: installation.World) -> None:
    """The rescue has given the kubelet back and can do no more; a removal does."""
    world.drive(world.wanted("1"))
    world.rescue("a drill")
    world.told.clear()
    world.drive(None)

    assert "release" in world.told
    assert world.left() == []


def test_the_node_itself_lets_go(world: installation.World) -> None:
    """From a pod nobody can write into the kernel's files, frequencies of CPUs among them."""
    world.drive(world.wanted("1"))
    world.told.clear()
    world.drive(None)

    assert world.told[world.told.index("release") - 1] == "systemd run"
    assert world.told.count("release") == 1


def test_the_pod_lets_go_where_systemd_does_not(world: installation.World) -> None:
    """It may not answer, or end the tool at its deadline: nobody stays pinned for that."""
    world.drive(world.wanted("1"))
    world.told.clear()

    def hook(what: str) -> None:
        world.told.append(what)
        if what == "systemd run":
            raise problem.Problem("cannot run it: it was not done in 30 s")

    world.hook = hook
    world.drive(None)

    assert world.told.count("release") == 1
    assert world.left() == []


def test_a_removal_waits_for_containerd(world: installation.World) -> None:
    """While it is away nobody can be let go; once it is back, the removal ends."""
    world.drive(world.wanted("1"))
    world.released = interface.GateResult(ok=False, detail="containerd is away")
    outcome = world.once(None)

    assert outcome is not None
    assert outcome.end is ENDS.STUCK
    assert "cannot let go of containers: containerd is away" in outcome.reason
    assert world.endpoint() == "containerd"
    world.released = interface.GateResult(ok=True)
    world.drive(None)
    assert world.left() == []


def test_a_container_that_cannot_be_updated_does_not_stop_a_removal(
    world: installation.World,
) -> None:
    """After a while the rest goes, and what could not be done is told."""
    world.drive(world.wanted("1"))
    world.released = interface.GateResult(ok=True, detail="1 container stays pinned")
    world.drive(None)
    told = "cannot let go of everything: 1 container stays pinned; it stays as it is"

    assert world.left() == []
    assert told in world.told
