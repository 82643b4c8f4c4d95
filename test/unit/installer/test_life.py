# SPDX-License-Identifier: Apache-2.0
"""The life of a pod on a model of a node."""

from pathlib import Path

import pytest
from node.pod import LASTING, Node

from installer import files, journal, keep, life, names, parts, retry
from installer.execute import End, Outcome


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A bare node that is selected."""
    return Node(tmp_path)


FAILED = Outcome(End.BEFORE, "gate", "the gate failed", "look")


def test_a_bare_node_becomes_active(node: Node) -> None:
    """It is told, the pod is Ready, and the turn is given to others."""
    assert node.turns(2) == "active"
    assert node.label() == "active"
    assert node.shown[-1].ready
    assert node.life.standing.version == "1.0"
    assert names.CHANGING_LABEL not in node.server.labels("n")
    assert [event["reason"] for event in node.server.events] == ["ResourceManagerActive"]


def test_a_pod_is_not_ready_before_the_node_is_done(node: Node) -> None:
    """New nodes stay closed that long."""
    node.turns(1)

    assert not any(standing.ready for standing in node.shown)


def test_an_active_node_costs_a_look(node: Node) -> None:
    """No run, no request but one for the Node a minute."""
    node.turns(2)
    runs, count = len(node.runs), len(node.server.requests)
    node.until(200)

    assert len(node.runs) == runs
    assert len(node.server.requests) - count <= 4


def test_a_next_pod_goes_on(node: Node) -> None:
    """Nothing is done again, and no Event is repeated."""
    node.turns(2)
    node.pod()

    assert node.turns(1) == "active"
    assert len(node.runs) == 1
    assert len(node.server.events) == 1


def test_a_node_that_fails_is_tried_again_later(node: Node) -> None:
    """After five minutes, and then it may succeed."""
    node.outcomes = [FAILED]

    assert node.turns(1) == "rolled-back"
    assert node.shown[-1].ready
    assert node.server.events[-1]["message"] == "the gate failed; look"
    assert node.until(280) == "rolled-back"
    assert len(node.runs) == 1
    assert node.until(60) == "active"


def test_attempts_end(node: Node) -> None:
    """Five, however long it lives; the reason says that, and what helps."""
    node.outcomes = [FAILED] * 20
    node.until(20000)

    assert len(node.runs) == retry.MOST
    assert node.life.standing.reason == "given up after 5 attempts: the gate failed"


def test_neither_pods_nor_clocks_make_it_forget(node: Node) -> None:
    """A container that crashes again and again is the same pod."""
    node.outcomes = [FAILED] * 20
    for _ in range(8):
        node.turns(2)
        node.pod()

    assert len(node.runs) == 1


def test_another_pod_or_version_tries_at_once(node: Node) -> None:
    """A person deletes the pod, or a new version comes."""
    node.outcomes = [FAILED, FAILED]
    node.turns(1)
    node.identity = "pod-2"
    node.pod()
    node.turns(1)

    assert len(node.runs) == 2
    node.version = "1.1"
    node.pod()
    assert node.turns(2) == "active"


def test_the_rescue_counts_as_a_failure_once(node: Node) -> None:
    """Its words are told; after the wait its marker goes and the node comes back."""
    node.turns(2)
    node.rescue("1700000000 the relay did not answer\n")

    assert node.turns(3) == "rolled-back"
    assert node.life.standing.failures == 1
    assert node.life.standing.reason == "the node gave the kubelet back: the relay did not answer"
    node.pod()
    node.seen = keep.Look()
    assert node.until(200) == "rolled-back"
    assert node.until(120) == "active"
    assert not node.layout.rescued.exists()


def test_a_relay_that_dies_again_and_again_is_given_up(node: Node) -> None:
    """Coming back for some minutes does not make the failures forgotten."""
    node.turns(2)
    for number in range(5):
        node.rescue(f"{number} it crashed\n")
        node.turns(2)
        node.seen = keep.Look()
        node.until(3700)

    assert node.life.standing.state == "rolled-back"
    assert node.life.standing.failures == retry.MOST


def test_an_hour_on_the_relay_forgives(node: Node) -> None:
    """The next failure is a first one."""
    node.outcomes = [FAILED]
    node.turns(1)
    node.until(400)

    assert node.life.standing.failures == 1
    node.until(retry.FORGIVEN + 400)
    assert node.life.standing.failures == 0


def test_a_switch_counts_at_once(node: Node) -> None:
    """And when it goes, the node comes back."""
    node.turns(2)
    node.switch_off()
    node.seen = keep.Look(disabled=True)

    assert node.turns(4) == "disabled"
    assert "endpoint" not in node.present
    node.layout.disabled.unlink()
    node.seen = keep.Look()
    assert node.turns(3) == "active"


def test_a_refused_node_is_told(node: Node) -> None:
    """It is looked at again, since what stood in the way may go."""
    node.refusal = parts.Refusal("the CPU manager is static", "set it to none")

    assert node.turns(1) == "unsupported"
    assert node.server.events[-1]["type"] == "Warning"
    assert node.runs == []
    node.refusal = None
    assert node.turns(3) == "active"


def test_a_bundle_that_is_not_whole(node: Node) -> None:
    """A bare node is told to be unsupported; an active one stays."""
    node.broken = "cannot use the bundle"

    assert node.turns(1) == "unsupported"
    node.broken = ""
    node.turns(3)
    node.broken = "cannot use the bundle"
    node.pod()
    assert node.turns(2) == "active"


def test_a_deselected_node_is_cleaned(node: Node) -> None:
    """Nothing is left, the label and our own notes included."""
    node.turns(2)
    node.server.nodes["n"]["metadata"]["labels"][names.POOL_LABEL] = "other"
    node.until(120)

    assert node.label() == ""
    assert node.present == frozenset()
    assert node.runs[-1] == "Revert endpoint"
    assert not node.layout.installer.exists()
    assert node.shown[-1].ready


def test_a_node_that_is_not_selected_is_left_alone(node: Node) -> None:
    """No run, no file, no Event; and the pod is Ready."""
    node.server.nodes["n"]["metadata"]["labels"][names.POOL_LABEL] = "other"
    node.turns(3)

    assert node.runs == []
    assert not node.layout.installer.exists()
    assert node.server.events == []
    assert node.shown[-1].ready


def test_removal_asks_nobody(tmp_path: Path) -> None:
    """No API server, no bundle, a pause: it goes on, and the pod is Ready at the end."""
    node = Node(tmp_path, remove=True)
    node.done = node.present = LASTING
    node.server.away = True
    node.broken = "no bundle"
    node.rollout.write_text('{"paused": true}')
    node.turns(2)

    assert node.present == frozenset()
    assert node.shown[-1].ready


def test_a_removal_that_fails_is_tried_again(tmp_path: Path) -> None:
    """The pod is not Ready before the node is clean, so the seed waits."""
    node = Node(tmp_path, remove=True)
    node.done = node.present = LASTING
    node.outcomes = [Outcome(End.STUCK, "tree", "the disk is full")]
    node.turns(1)

    assert not node.shown[-1].ready
    assert node.life.standing.reason == "cannot remove: the disk is full"
    node.turns(2)
    assert node.shown[-1].ready


def test_a_pause_leaves_every_node_as_it_is(node: Node) -> None:
    """A bare node waits and its pod is Ready; an active one is not upgraded, yet kept."""
    node.rollout.write_text('{"paused": true}')

    assert node.turns(2) == "paused"
    assert node.runs == []
    assert node.shown[-1].ready
    node.rollout.write_text("{}")
    assert node.turns(3) == "active"
    node.rollout.write_text('{"paused": true}')
    node.done -= {"tree"}
    node.pod()
    assert node.turns(2) == "active"
    assert len(node.runs) == 1


@pytest.mark.parametrize("paused", ["true", "false"])
def test_a_lost_argument_is_put_back(node: Node, paused: str) -> None:
    """Without asking anybody, in a pause as well: the node stays what it was."""
    node.turns(2)
    node.rollout.write_text(f'{{"paused": {paused}}}')
    node.done -= {"endpoint"}
    node.seen = keep.Look(key=False)
    node.turns(2)

    assert node.runs[-1] == "Apply gate"
    assert "endpoint" in node.done


def test_a_node_waits_for_its_turn(node: Node) -> None:
    """It says so, goes when the other is done, and the pod is Ready meanwhile."""
    node.server.add("m", **{names.CHANGING_LABEL: "now"})

    assert node.turns(2) == "paused"
    assert "waits for its turn" in node.life.standing.reason
    assert node.shown[-1].ready
    node.server.nodes["m"]["metadata"]["labels"].clear()
    assert node.turns(3) == "active"


def test_an_api_server_that_is_away_stops_what_is_not_begun(node: Node) -> None:
    """A bare node stays as it is; after two minutes the pod is Ready all the same."""
    node.server.away = True
    node.turns(2)

    assert not node.shown[-1].ready
    node.until(life.PATIENCE)
    assert node.shown[-1].ready
    assert node.runs == []
    node.server.away = False
    assert node.until(60) == "active"


def test_an_api_server_that_goes_away_changes_nothing(node: Node) -> None:
    """An active node is kept, and told again when the server is back."""
    node.turns(2)
    node.server.away = True
    node.seen = keep.Look(key=False)
    node.done -= {"endpoint"}
    node.turns(2)
    node.seen = keep.Look()

    assert node.until(100) == "active"
    node.server.nodes["n"]["metadata"]["labels"].pop(names.STATE_LABEL)
    node.server.away = False
    node.until(150)
    assert node.label() == "active"


def test_a_dead_relay_gives_the_kubelet_back(node: Node) -> None:
    """Within two minutes, by the pod, should the node's own rescue not have done it."""
    node.turns(2)
    node.seen = keep.Look(trouble="the relay did not answer")
    begun = node.clock.time
    while node.life.standing.state == "active":
        node.turns(1)

    assert node.clock.time - begun < 120
    assert node.runs[-1] == "Revert endpoint"
    assert node.systemd.asked == [f"reset {names.RELAY_UNIT}", f"restart {names.RELAY_UNIT}"]
    assert node.life.standing.reason == "the relay failed: the relay did not answer"


def test_later_is_no_failure(node: Node) -> None:
    """A switch too soon after another waits for its time."""
    node.outcomes = [Outcome(End.LATER, "endpoint", "too soon", seconds=200)]
    node.turns(1)

    assert node.life.standing.failures == 0
    assert node.label() == ""
    assert node.until(30) == "active"


def test_restarts_are_counted_for_good(node: Node) -> None:
    """Of the kubelet only, and a next pod knows."""
    node.turns(2)
    for unit in (names.KUBELET_UNIT, names.RELAY_UNIT, names.KUBELET_UNIT):
        node.life.count_restart(unit)
    node.pod()

    assert node.life.standing.restarts == 2


def test_an_upgrade_that_is_taken_back_stops_the_rollout(node: Node) -> None:
    """The node tells that it rolled back, though the version before serves the kubelet."""
    node.turns(2)
    node.version = "1.1"
    node.done -= {"tree"}
    node.outcomes = [Outcome(End.BEFORE, "gate", "1.1 does not answer; 1.0 serves the kubelet")]
    node.pod()

    assert node.turns(1) == "rolled-back"
    assert node.label() == "rolled-back"


@pytest.mark.parametrize("end", list(End))
def test_no_end_of_a_run_ends_the_life(node: Node, end: End) -> None:
    """Whatever comes out, the next turn comes."""
    node.outcomes = [Outcome(end, "gate", "for a reason", seconds=1.0)]
    node.until(700)

    assert node.life.standing.state == "active"


def test_a_roll_back_that_was_cut_off_is_ended(node: Node) -> None:
    """Also where every step had been taken back: only that it was over had not been noted."""
    disk = files.Files()
    journal.Journal.open(disk, node.layout.journal).roll_back()
    node.pod()
    node.turns(1)

    assert not journal.Journal.open(disk, node.layout.journal).rolling_back


def test_after_a_roll_back_that_was_cut_off_it_is_tried_at_once(node: Node) -> None:
    """A power cut tells little of the version; it counts all the same, so attempts end."""
    disk = files.Files()
    journal.Journal.open(disk, node.layout.journal).roll_back()
    node.pod()

    assert node.turns(3) == "active"
    assert node.life.standing.failures == 1


def test_being_asked_to_end_undoes_nothing(node: Node) -> None:
    """The label stays, the node stays."""
    node.turns(2)
    node.clock.stopped = True
    node.life.run()

    assert node.label() == "active"
    assert node.present == LASTING


def test_problems_of_a_turn_are_told_and_live_on(node: Node) -> None:
    """Systemd is away for a moment, say."""
    node.turns(2)
    node.trouble = "cannot read the state: no bus"
    node.turns(3)

    assert node.life.standing.state == "active"
    assert node.life.standing.last_error == "cannot read the state: no bus"
