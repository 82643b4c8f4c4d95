# SPDX-License-Identifier: Apache-2.0
"""What is found on a node, and that looking changes nothing."""

from pathlib import Path

import pytest
from node import installation

from installer import facts, journal, preflight, problem
from installer.steps import interface


@pytest.fixture
def world(tmp_path: Path) -> installation.World:
    """A plain node."""
    made = installation.World(tmp_path)
    made.lay()
    return made


def gather(world: installation.World, version: str = "1") -> facts.Facts:
    """Look; nothing may be written meanwhile."""
    node = world.node(world.wanted(version))
    world.hook = pytest.fail
    try:
        opened = journal.Journal.open(world.disk, world.layout.journal)
        return facts.gather(node, opened)
    finally:
        world.hook = world.told.append


def test_a_plain_node_has_nothing_of_ours(world: installation.World) -> None:
    """Nothing is there, and the take-over is done, there being nothing to take over."""
    found = gather(world)

    assert found.present == frozenset()
    assert found.done == {"takeover"}
    assert (found.key, found.on_relay, found.leftover) == (False, False, False)


def test_an_installed_node_is_done(world: installation.World) -> None:
    """Everything lasting is done and there."""
    world.drive(world.wanted("1"))
    found = gather(world)

    lasting = {"tree", "rescue", "configuration", "units", "relay", "endpoint"}
    assert found.present == lasting
    assert found.done == lasting | {"takeover"}
    assert found.key
    assert found.on_relay is True


def test_another_version_is_not_done(world: installation.World) -> None:
    """For a new bundle, what differs is not done; the kubelet stays where it is."""
    world.drive(world.wanted("1"))
    found = gather(world, "2")

    assert found.done == {"takeover", "configuration", "endpoint"}


def test_what_was_interrupted_is_not_done(world: installation.World) -> None:
    """A step that was begun and not ended counts as not done, however it looks."""
    world.drive(world.wanted("1"))
    opened = journal.Journal.open(world.disk, world.layout.journal)
    opened.plan(["relay", "gate"])
    opened.begin("relay", {})
    found = gather(world)

    assert found.interrupted == {"relay", "gate"}
    assert "relay" not in found.done


def test_switch_and_rescue_are_seen(world: installation.World) -> None:
    """The person's switch, and the rescue's word from either place."""
    world.layout.disabled.parent.mkdir(parents=True)
    world.layout.disabled.write_text("")
    world.layout.run.mkdir(parents=True)
    (world.layout.run / "rescued").write_text("7 the relay hung\n")
    found = gather(world)

    assert found.disabled
    assert found.rescued == "7 the relay hung"


def test_a_kubelet_that_does_not_run_is_neither(world: installation.World) -> None:
    """Without a kubelet nobody can say where it is."""
    world.memory.kubelet = ()

    assert gather(world).on_relay is None


def test_evidence_is_what_is_on_the_node(world: installation.World) -> None:
    """Preflight finds the model node fit, and is told of drop-ins and of the bundle's size."""
    world.layout.kubelet_drop_ins.mkdir()
    (world.layout.kubelet_drop_ins / "10-x.conf").write_text("[Service]\nCPUQuota=5%\n")
    evidence = facts.inspect(world.node(world.wanted("1")))

    assert evidence.drop_ins == (b"[Service]\nCPUQuota=5%\n",)
    assert evidence.needed > 0
    assert evidence.running == world.memory.kubelet
    assert preflight.refusal(preflight.judge(evidence)) is None


@pytest.mark.parametrize("kind", ["link", "folder", "large"])
def test_extra_args_that_cannot_be_read_are_no_reason_not_to_look(
    world: installation.World, kind: str
) -> None:
    """Preflight has to come to its judgement of them, or the pod would never be Ready."""
    path = world.layout.extra_args
    path.unlink()
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"#" * (5 << 20))
    found = gather(world)

    assert (found.key, found.present) == (False, frozenset())
    check = preflight.refusal(preflight.judge(facts.inspect(world.node(None))))
    assert check is not None
    assert check.name == "extra_args"


class Mute(installation.World):
    """A node whose systemd cannot be asked."""

    def processes(self, unit: str) -> tuple[interface.Process, ...]:
        """No answer."""
        raise problem.Problem(f"cannot list the processes of {unit}: no bus")


def test_evidence_never_raises(tmp_path: Path) -> None:
    """A node on which nothing can be read is described, not an error."""
    world = Mute(tmp_path)
    world.layout.kubelet.mkdir(parents=True)
    world.layout.extra_args.symlink_to("/etc/passwd")
    world.layout.units.mkdir(parents=True)
    world.layout.kubelet_unit.mkdir()
    evidence = facts.inspect(world.node(None))

    failed = [c.name for c in preflight.judge(evidence) if c.verdict is preflight.Verdict.FAIL]
    assert {"systemd", "containerd", "kubelet unit", "extra_args"} <= set(failed)
