# SPDX-License-Identifier: Apache-2.0
"""The kubelet's endpoint, one step alone."""

from pathlib import Path

import pytest
from node import installation

from installer import extra_args, names, problem
from installer.steps import endpoint


@pytest.fixture
def world(tmp_path: Path) -> installation.World:
    """A node with a relay that serves, and a kubelet on containerd."""
    made = installation.World(tmp_path)
    made.lay(b"KUBELET_EXTRA_ARGS=--v=4\n")
    made.memory.relay = "1-0"
    return made


def apply(world: installation.World) -> None:
    """Move the kubelet."""
    endpoint.Endpoint().apply(world.node(None))


def test_the_kubelet_is_moved_with_its_other_arguments(world: installation.World) -> None:
    """It keeps what its owner gave it, and gets our endpoint as the last."""
    apply(world)

    assert world.memory.kubelet[-2:] == ("--v=4", names.ENDPOINT_ARGUMENT)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_files_mode_is_kept(world: installation.World, mode: int) -> None:
    """Who could read the file can read it now, and nobody else."""
    world.layout.extra_args.chmod(mode)
    apply(world)

    assert world.layout.extra_args.stat().st_mode & 0o777 == mode


def test_a_relay_that_does_not_serve_gets_no_kubelet(world: installation.World) -> None:
    """The gate is asked once more right before the kubelet moves."""
    world.memory.relay = ""
    with pytest.raises(problem.Problem, match="does not pass the gate"):
        apply(world)

    assert world.layout.extra_args.read_bytes() == b"KUBELET_EXTRA_ARGS=--v=4\n"


def test_a_person_has_the_last_word(world: installation.World) -> None:
    """The switch counts even when it is set at the last moment."""
    world.layout.disabled.parent.mkdir(parents=True)
    world.layout.disabled.write_text("")

    with pytest.raises(problem.Problem, match="switched it off"):
        apply(world)


def test_a_link_is_not_replaced(world: installation.World) -> None:
    """An `extra_args` that is a link is refused, and its target untouched."""
    target = world.root / "elsewhere"
    world.layout.extra_args.rename(target)
    world.layout.extra_args.symlink_to(target)

    with pytest.raises(problem.FileProblem, match="symbolic link"):
        apply(world)
    assert target.read_bytes() == b"KUBELET_EXTRA_ARGS=--v=4\n"


def test_another_endpoint_is_left_alone(world: installation.World) -> None:
    """Whoever has moved the kubelet elsewhere keeps it there."""
    world.layout.extra_args.write_bytes(
        b"KUBELET_EXTRA_ARGS=--container-runtime-endpoint=unix:///x"
    )

    with pytest.raises(extra_args.ExtraArgsProblem, match="unix:///x"):
        apply(world)


@pytest.mark.parametrize(
    "told", [b"other-boot 995\n", b"boot-1 9999999\n", b"boot-1\n", b"x y z", b""]
)
def test_only_a_recent_switch_of_this_boot_counts(world: installation.World, told: bytes) -> None:
    """Another boot, a time in the future, or nonsense: the kubelet may move."""
    world.layout.installer.mkdir(parents=True)
    world.layout.switched.write_bytes(told)
    apply(world)

    assert world.endpoint() == "relay"


def test_a_recent_switch_counts(world: installation.World) -> None:
    """Five minutes lie between two switches, and the rest of them is told."""
    world.layout.installer.mkdir(parents=True)
    world.layout.switched.write_bytes(b"boot-1 900\n")

    with pytest.raises(problem.NotNow) as error:
        apply(world)
    assert error.value.seconds == 200


def test_a_kubelet_that_is_there_is_not_restarted(world: installation.World) -> None:
    """Where only the file was changed behind our back, the file is mended and that is all."""
    apply(world)
    restarts = world.memory.restarts
    world.layout.extra_args.write_bytes(b"KUBELET_EXTRA_ARGS=--v=4\n")
    apply(world)

    assert extra_args.read(world.layout.extra_args.read_bytes()).ours
    assert world.memory.restarts == restarts


def test_a_kubelet_that_does_not_become_healthy_is_told(world: installation.World) -> None:
    """After a minute the step fails, and the way back restarts the kubelet on containerd."""
    world.sick = True
    with pytest.raises(problem.Problem, match="not healthy after 60 s"):
        apply(world)
    endpoint.Endpoint().revert(world.node(None), {})

    assert world.endpoint() == "containerd"
    assert world.layout.extra_args.read_bytes() == b"KUBELET_EXTRA_ARGS=--v=4\n"


def test_going_back_twice_restarts_once(world: installation.World) -> None:
    """A kubelet that is on containerd already is left alone."""
    apply(world)
    endpoint.Endpoint().revert(world.node(None), {})
    restarts = world.memory.restarts
    endpoint.Endpoint().revert(world.node(None), {})

    assert world.memory.restarts == restarts


def test_an_upgrade_does_not_give_the_kubelet_back(world: installation.World) -> None:
    """A kubelet that was on the relay before the run stays there when the run is taken back."""
    apply(world)
    before = endpoint.Endpoint().before(world.node(None))
    endpoint.Endpoint().revert(world.node(None), before)

    assert world.endpoint() == "relay"
