# SPDX-License-Identifier: Apache-2.0
"""`rescue check`: three failures in a row give the kubelet back, whatever the failure is."""

import pytest
from node import rescues


def test_a_relay_that_answers_is_left_alone(node: rescues.Node) -> None:
    """The gate is asked in its quick form, the kubelet's health included; nothing is changed."""
    for _ in range(4):
        assert node.run("check").returncode == 0

    asked = (node.root / "gated").read_text()
    assert asked == "gate --quick --kubelet=http://127.0.0.1:10248/healthz\n"
    assert node.on_relay


def test_the_third_failure_gives_the_kubelet_back(node: rescues.Node) -> None:
    """And its reason is what the gate said."""
    node.gate(1, "the relay does not answer")
    node.run("check")
    node.run("check")
    before = node.on_relay
    done = node.run("check")

    assert before
    assert done.returncode == 0
    assert not node.on_relay
    assert "3 checks in a row: the relay does not answer" in node.rescued.read_text()


@pytest.mark.parametrize("status", [2, 4, 126, 139])
def test_whatever_is_not_known_is_a_failure(node: rescues.Node, status: int) -> None:
    """It fails towards containerd."""
    node.gate(status)
    for _ in range(3):
        node.run("check")

    assert not node.on_relay


def test_a_program_that_is_missing_is_a_failure(node: rescues.Node) -> None:
    """The bundle may have been deleted."""
    (node.root / "opt/cri-resmgr/current/cri-resmgrctl").unlink()
    for _ in range(3):
        node.run("check")

    assert not node.on_relay


def test_programs_replaced_by_false_are_a_failure(node: rescues.Node) -> None:
    """As is a link that leads nowhere."""
    program = node.root / "opt/cri-resmgr/current/cri-resmgrctl"
    program.unlink()
    program.symlink_to("/bin/false")
    for _ in range(3):
        node.run("check")

    assert not node.on_relay


def test_a_success_starts_the_count_again(node: rescues.Node) -> None:
    """Only failures in a row count."""
    for status in (1, 1, 0, 1, 1):
        node.gate(status)
        node.run("check")

    assert node.on_relay


def test_a_runtime_that_is_away_is_no_fault_of_the_relay(node: rescues.Node) -> None:
    """Both away: nothing is judged, however long it takes; the count stays what it was."""
    node.gate(3, "containerd does not answer either")
    for _ in range(5):
        node.run("check")
    after_outage = node.on_relay
    for status in (1, 3, 1, 3, 1):
        node.gate(status)
        node.run("check")

    assert after_outage
    assert not node.on_relay


def test_a_kubelet_that_does_not_come_up_on_the_relay_gets_containerd(node: rescues.Node) -> None:
    """The relay may answer, and the kubelet may still not bear with it."""
    node.set_unit("kubelet", "ActiveState", "activating")
    for _ in range(3):
        node.run("check")

    assert not node.on_relay
    assert "kubelet.service is activating" in node.rescued.read_text()


def test_a_kubelet_that_a_person_stopped_is_not_judged(node: rescues.Node) -> None:
    """Somebody works on the node."""
    node.set_unit("kubelet", "ActiveState", "inactive")
    for _ in range(5):
        node.run("check")

    assert rescues.ARGUMENT in node.extra_args.read_text()


def test_a_kubelet_that_waits_for_the_relay_at_a_boot_is_judged(node: rescues.Node) -> None:
    """It does not run either, and would wait for ever for a relay that never gets ready."""
    node.set_unit("kubelet", "ActiveState", "inactive")
    node.set_unit("kubelet", "MainPID", "0")
    node.set_unit("kubelet", "Job", "17")
    node.gate(1)
    for _ in range(3):
        node.run("check")

    assert len(node.calls("restart")) == 1
    assert not node.on_relay


def test_a_node_on_containerd_is_not_judged(node: rescues.Node) -> None:
    """No program of ours is run there."""
    node.extra_args.write_text(f"# {rescues.ARGUMENT}\nKUBELET_EXTRA_ARGS=--v=2\n")
    node.run_kubelet("--v=2")
    node.gate(1)
    for _ in range(4):
        assert node.run("check").returncode == 0

    assert not (node.root / "gated").exists()
    assert node.calls("restart") == []


def test_a_kubelet_left_on_the_relay_is_seen(node: rescues.Node) -> None:
    """The file was put right, and the restart was lost."""
    node.extra_args.write_text("KUBELET_EXTRA_ARGS=\n")
    node.gate(1)
    for _ in range(3):
        node.run("check")

    assert not node.on_relay


def test_a_persons_switch_counts_at_once(node: rescues.Node) -> None:
    """`touch /etc/cri-resmgr/disabled`, and the next check gives the kubelet back."""
    (node.root / "etc/cri-resmgr/disabled").touch()

    done = node.run("check")

    assert done.returncode == 0
    assert not node.on_relay
    assert "a person switched it off with /etc/cri-resmgr/disabled" in node.rescued.read_text()
    assert len(node.calls("stop")) == 1


def test_a_persons_switch_keeps_the_kubelet_back(node: rescues.Node) -> None:
    """Whoever moves it again while the file is there."""
    (node.root / "etc/cri-resmgr/disabled").touch()
    node.run("check")
    node.extra_args.write_text(f"KUBELET_EXTRA_ARGS={rescues.ARGUMENT}\n")
    node.run("check")

    assert rescues.ARGUMENT not in node.extra_args.read_text()


def test_a_count_that_cannot_be_kept_is_enough(node: rescues.Node) -> None:
    """A node that cannot write to /run gives back at the first failure."""
    node.gate(1)
    (node.root / "run/cri-resmgr").mkdir()
    (node.root / "run/cri-resmgr/rescue.failures").mkdir()

    node.run("check")

    assert not node.on_relay
