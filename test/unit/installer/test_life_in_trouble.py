# SPDX-License-Identifier: Apache-2.0
"""The life of a pod where something is held up, has failed, or cannot be seen."""

from pathlib import Path

import pytest
from node.pod import LASTING, Node

from installer import files, keep, life, names, selection
from installer.execute import End, Outcome

FAILED = Outcome(End.BEFORE, "gate", "the gate failed", "look")
HUNG = keep.Look(trouble="the relay did not answer in 5 s")


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A bare node that is selected."""
    return Node(tmp_path)


@pytest.mark.parametrize("body", ["", "<html>", "{}", '{"metadata": {"labels": {}}}'])
def test_garbage_from_the_cluster_takes_nothing_away(node: Node, body: str) -> None:
    """An answer without the Node's labels does not say that the node is not selected."""
    node.turns(2)
    node.server.garbage = body
    runs = len(node.runs)

    assert node.until(900) == "active"
    assert len(node.runs) == runs


def test_a_node_that_cannot_be_looked_at_does_not_stay_closed(node: Node) -> None:
    """After two minutes the pod is Ready; the node counts as refused, until it can be seen."""
    node.blind = "cannot ask systemd: no bus"
    assert node.until(life.PATIENCE) == ""
    assert not node.shown[-1].ready
    assert node.until(30) == "unsupported"

    assert node.shown[-1].ready
    assert node.life.standing.reason == "cannot ask systemd: no bus"
    node.blind = ""
    assert node.turns(2) == "active"
    node.blind = "cannot ask systemd: no bus"
    assert node.until(1200) == "active"


def test_another_installer_is_waited_for(node: Node) -> None:
    """While it is at work the node is not done, however long that takes."""
    with files.Files().lock(node.layout.lock):
        assert node.until(600) == ""

    assert not node.shown[-1].ready
    assert "another installer is at work" in node.life.standing.last_error
    assert node.until(30) == "active"


def test_a_clean_up_is_not_done_because_nothing_can_be_seen(tmp_path: Path) -> None:
    """The seed waits for Ready, and would take everything away that could still clean the node."""
    node = Node(tmp_path, remove=True)
    node.present = LASTING
    node.blind = "cannot ask systemd: no bus"
    node.until(1200)

    assert not any(standing.ready for standing in node.shown)


def test_a_relay_is_looked_after_in_a_pause(node: Node) -> None:
    """An upgrade that is held up is no reason to leave the kubelet on a relay that hangs."""
    node.turns(2)
    node.rollout.write_text('{"paused": true}')
    node.version = "2.0"
    node.done -= {"tree", "relay"}
    node.pod()

    assert node.until(60) == "active"
    node.seen = HUNG
    assert node.until(110) == "rolled-back"
    assert f"restart {names.RELAY_UNIT}" in node.systemd.asked
    assert node.runs[-1] == "Revert endpoint"
    assert "endpoint" not in node.present


def test_an_upgrade_waits_for_the_canaries(node: Node) -> None:
    """They are active, but with the version before; when they have the new one, it goes on."""
    node.rollout.write_text('{"canaryPools": ["canary"]}')
    node.server.add("c", **{names.POOL_LABEL: "canary", names.STATE_LABEL: "active"})
    canary = node.server.nodes["c"]["metadata"]["annotations"]
    node.chosen = selection.Selection()
    node.pod()
    node.turns(1)
    canary[names.REVISION_ANNOTATION] = node.revision()

    assert node.turns(3) == "active"
    assert node.server.annotations("n")[names.REVISION_ANNOTATION] == node.revision()
    runs = len(node.runs)
    node.version = "2.0"
    node.done -= {"tree", "relay"}
    node.pod()
    assert node.until(60) == "active"
    assert node.life.standing.reason.startswith("waits for the canary pools")
    assert len(node.runs) == runs
    canary[names.REVISION_ANNOTATION] = node.revision()
    node.until(60)
    assert len(node.runs) == runs + 1


def test_the_relay_of_the_version_before_is_looked_after(node: Node) -> None:
    """A failed upgrade leaves the kubelet on it; if it fails too, the kubelet is given back."""
    node.turns(2)
    node.version = "2.0"
    node.done -= {"tree", "relay"}
    node.outcomes = [FAILED]
    node.pod()

    assert node.until(30) == "rolled-back"
    assert "endpoint" in node.present
    node.seen = HUNG
    node.until(110)
    assert "endpoint" not in node.present


def test_a_clean_up_after_a_rescue_is_not_ready_too_early(tmp_path: Path) -> None:
    """What the rescue has said is no reason to be Ready: the node is not clean yet."""
    node = Node(tmp_path, remove=True)
    node.done = node.present = LASTING
    node.rescue("1700000000 the relay did not answer\n")
    node.outcomes = [Outcome(End.STUCK, "relay", "containerd is away")]
    node.turns(1)

    assert not any(standing.ready for standing in node.shown)
    node.layout.rescued.unlink()
    node.turns(2)
    assert node.shown[-1].ready


def test_a_rescue_during_an_attempt_is_the_same_failure(node: Node) -> None:
    """A version that crashes after a while ends by both, and is tried again in five minutes."""
    node.turns(2)
    node.version = "2.0"
    node.done -= {"tree", "relay"}
    node.outcomes = [FAILED]
    node.pod()
    node.during = lambda: node.rescue("1700000000 it failed for good\n")

    assert node.turns(3) == "rolled-back"
    assert node.life.standing.failures == 1
    assert node.life.standing.reason == "the gate failed"


def test_a_switch_is_no_failure(node: Node) -> None:
    """The node's own unit gives the kubelet back as a person has asked for: nothing is counted."""
    node.turns(2)
    node.switch_off()
    node.rescue("1700000000 a person switched it off with /etc/cri-resmgr/disabled\n")
    node.seen = keep.Look(disabled=True, rescued=True)

    assert node.turns(3) == "disabled"
    assert node.life.standing.failures == 0
    assert [event["type"] for event in node.server.events] == ["Normal", "Normal"]
    node.layout.disabled.unlink()
    node.seen = keep.Look()
    assert node.turns(3) == "active"
    assert not node.layout.rescued.exists()


def test_what_is_installed_is_read_as_a_whole_before_it_is_tried_again(node: Node) -> None:
    """A file that is damaged and as long as before would fail for ever; an active node reads no
    file for that.
    """
    node.outcomes = [FAILED]
    node.turns(1)
    node.looks.clear()
    node.until(280)

    assert set(node.looks) == {False}
    node.until(60)
    assert True in node.looks
    node.looks.clear()
    node.until(900)
    assert set(node.looks) == {False}


def test_the_kubelet_does_not_wait_for_an_api_server(node: Node) -> None:
    """That it is restarted is counted without a word to anybody."""
    node.turns(2)
    count = len(node.server.requests)
    node.life.count_restart(names.KUBELET_UNIT)

    assert node.life.standing.restarts == 1
    assert len(node.server.requests) == count


def test_a_way_back_that_stays_open_is_one_failure(node: Node) -> None:
    """It is tried again and again, and counted once."""
    stuck = Outcome(End.STUCK, "relay", "containerd is away")
    node.open_run()
    node.recovered = [stuck] * 20

    assert node.until(200) == "rolled-back"
    assert node.life.standing.failures == 1
    assert node.runs == []
