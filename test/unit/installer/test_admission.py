# SPDX-License-Identifier: Apache-2.0
"""Nodes that ask each other for their turn, over an API server."""

import pytest
from node import api_server

from installer import admission, names, rollout, selection
from installer.api import messages, nodes

ONE = rollout.Rollout(max_unavailable=1)


class Shoot:
    """Some nodes on one API server, each with its own admission; `time` is theirs."""

    def __init__(self, *nodes_: str) -> None:
        self.server = api_server.ApiServer(*nodes_)
        self.time = 0.0

    def node(self, name: str, **labels: str) -> admission.Admission:
        """What a pod on this node asks, where nodes with these labels are selected."""
        chosen = selection.Selection(labels)
        api = nodes.Nodes(name, self.server.send)
        return admission.Admission(api, chosen, monotonic=lambda: self.time)

    def changing(self) -> dict[str, str]:
        """What nodes say about their turn."""
        found = {name: self.server.labels(name) for name in self.server.nodes}
        key = names.CHANGING_LABEL
        return {name: labels[key] for name, labels in found.items() if key in labels}


def test_a_node_alone_goes() -> None:
    """The others are told, and told again when it is done."""
    shoot = Shoot("a")
    one = shoot.node("a")

    assert one.ask("", ONE) == ""
    assert shoot.changing() == {"a": "now"}
    one.leave()
    assert shoot.changing() == {}


def test_one_after_the_other() -> None:
    """The second goes when the first is done."""
    shoot = Shoot("a", "b")
    first, second = shoot.node("b"), shoot.node("a")

    assert first.ask("", ONE) == ""
    assert second.ask("", ONE) == "waits for its turn (1 at a time): b"
    assert shoot.changing() == {"a": "waiting", "b": "now"}
    first.leave()
    assert second.ask("", ONE) == ""


@pytest.mark.parametrize(("share", "go"), [("10%", 1), ("50%", 5), (3, 3), ("100%", 10)])
def test_a_hundred_percent_and_less(share: str | int, go: int) -> None:
    """Of ten nodes that ask, as many go as may."""
    shoot = Shoot(*(f"n{number}" for number in range(10)))
    roll = rollout.Rollout(max_unavailable=share)
    asked = [shoot.node(name).ask("", roll) for name in shoot.server.nodes]

    assert asked.count("") == go


def test_all_get_their_turn() -> None:
    """Whatever the order in which they ask, each goes once, and never two at a time."""
    shoot = Shoot("c", "a", "d", "b")
    waiting = {name: shoot.node(name) for name in shoot.server.nodes}
    for _ in range(4):
        gone = [name for name, one in waiting.items() if one.ask("", ONE) == ""]

        assert len(gone) == 1
        waiting.pop(gone[0]).leave()
    assert waiting == {}


def test_a_node_that_died_is_not_waited_for_for_ever() -> None:
    """After a quarter of an hour without a word from it, its turn is over."""
    shoot = Shoot("a", "b")
    shoot.node("a").ask("", ONE)
    second = shoot.node("b")

    assert second.ask("", ONE)
    shoot.time = admission.STALE + 1
    assert second.ask("", ONE) == ""


def test_canaries_come_first() -> None:
    """Only those that are selected count, and only for something new."""
    shoot = Shoot("a")
    roll = rollout.Rollout(max_unavailable=1, canary_pools=("canary",))
    for name, size in (("c1", "big"), ("c2", "small")):
        shoot.server.add(name, **{names.POOL_LABEL: "canary", "size": size})
    one = shoot.node("a", size="big")

    assert one.ask("workers", roll).endswith("not active yet: c1")
    assert shoot.changing() == {}
    assert one.ask("workers", roll, first=False) == ""
    one.leave()
    shoot.server.nodes["c1"]["metadata"]["labels"][names.STATE_LABEL] = "active"
    assert one.ask("workers", roll) == ""


def test_nodes_that_rolled_back_stop_the_others() -> None:
    """And the node that waited no longer stands in the way of others."""
    shoot = Shoot("a")
    shoot.server.add("x", **{names.STATE_LABEL: "rolled-back"})

    assert "has stopped" in shoot.node("a").ask("", ONE)
    assert shoot.changing() == {}


def test_a_pause_costs_no_request_after_the_first() -> None:
    """A hundred nodes that wait for a person ask nobody."""
    shoot = Shoot("a")
    one = shoot.node("a")
    paused = rollout.Rollout(paused=True)
    one.ask("", paused)
    count = len(shoot.server.requests)

    assert one.ask("", paused) == "the roll-out is paused"
    assert len(shoot.server.requests) == count


def test_nobody_to_ask() -> None:
    """That is the caller's to judge."""
    shoot = Shoot("a")
    shoot.server.away = True

    with pytest.raises(messages.ApiProblem):
        shoot.node("a").ask("", ONE)
