# SPDX-License-Identifier: Apache-2.0
"""Whether this node may be changed now."""

import pytest

from installer import names, problem, rollout
from installer.api.nodes import NodeView
from installer.rollout import Others, Rollout

CANARY = Rollout(canary_pools=("canary",))


def node(name: str, state: str = "", changing: str = "") -> NodeView:
    """A node with a state and what it says about its turn."""
    return NodeView(name, {names.STATE_LABEL: state, names.CHANGING_LABEL: changing}, {})


def test_nothing_stands_in_the_way() -> None:
    """A node alone goes on."""
    assert rollout.hold("a", "pool", Rollout(), Others()) == ""


def test_a_pause_holds_everybody() -> None:
    """Also the nodes of canary pools."""
    paused = Rollout(paused=True, canary_pools=("canary",))

    assert rollout.hold("a", "canary", paused, Others()) == "the roll-out is paused"


@pytest.mark.parametrize("state", ["", "rolled-back", "unsupported", "paused", "disabled"])
def test_others_wait_for_canaries(state: str) -> None:
    """Until each node of the canary pools is active."""
    others = Others(canaries=[node("c1", "active"), node("c2", state)])
    reason = rollout.hold("a", "pool", CANARY, others)

    assert reason == "waits for the canary pools (canary): not active yet: c2"


def test_canaries_do_not_wait_for_each_other() -> None:
    """A node of a canary pool goes on whatever the others of its pool say."""
    assert rollout.hold("c1", "canary", CANARY, Others(canaries=[node("c2")])) == ""


def test_others_follow_when_all_canaries_are_active() -> None:
    """And a pool without nodes holds nobody."""
    assert rollout.hold("a", "pool", CANARY, Others(canaries=[node("c", "active")])) == ""
    assert rollout.hold("a", "pool", CANARY, Others()) == ""


@pytest.mark.parametrize(("told", "late"), [("2-0", False), ("1-0", True), ("", True)])
def test_canaries_come_first_at_an_upgrade_as_well(told: str, *, late: bool) -> None:
    """Those that are active with what was before tell nothing of what comes."""
    canary = NodeView("c", {names.STATE_LABEL: "active"}, {names.REVISION_ANNOTATION: told})
    others = Others(canaries=[canary], revision="2-0")

    assert bool(rollout.hold("a", "pool", CANARY, others)) is late


@pytest.mark.parametrize(("most", "stops"), [(1, True), (2, True), (3, False)])
def test_it_stops_after_so_many_that_rolled_back(most: int, *, stops: bool) -> None:
    """The number counts, and the nodes are named."""
    reason = rollout.hold(
        "a", "pool", Rollout(max_rolled_back=most), Others(rolled_back=["x", "y"])
    )

    assert bool(reason) is stops
    assert ("x, y" in reason) is stops


def test_a_node_that_rolled_back_may_try_again() -> None:
    """Its own failure does not stop itself."""
    assert rollout.hold("x", "pool", Rollout(), Others(rolled_back=["x"])) == ""


@pytest.mark.parametrize(
    ("share", "total", "nodes"),
    [(1, 100, 1), (7, 3, 7), ("10%", 100, 10), ("10%", 9, 1), ("34%", 3, 1), ("100%", 4, 4)],
)
def test_nodes_at_a_time(share: int | str, total: int, nodes: int) -> None:
    """A share is rounded down, and at least one node may always change."""
    assert Rollout(max_unavailable=share).at_a_time(total) == nodes


def test_nodes_take_turns_by_name() -> None:
    """Those that change now come first, then those that wait, by name."""
    others = Others(changing=[node("z", changing="now"), node("a", changing="waiting")])
    two = Rollout(max_unavailable=2)

    assert rollout.hold("a", "pool", two, others) == ""
    assert rollout.hold("b", "pool", two, others) == "waits for its turn (2 at a time): a, z"
    assert rollout.hold("b", "pool", Rollout(max_unavailable=3), others) == ""


def test_many_names_are_cut() -> None:
    """A sentence names three and counts the rest."""
    others = Others(rolled_back=["e", "d", "c", "b", "a"])

    assert rollout.hold("x", "", Rollout(), others).endswith("a, b, c and 2 more")


def test_only_turns_has_no_other_limits() -> None:
    """The second question is about turns only."""
    strict = Rollout(max_unavailable=1, canary_pools=("c",), max_rolled_back=5, paused=True)

    assert rollout.hold("a", "p", rollout.only_turns(strict), Others()) == ""


def test_the_file_is_read() -> None:
    """Keys are those of the ConfigMap; what is missing has the contract's defaults."""
    text = '{"canaryPools": ["a"], "maxRolledBack": 3, "maxUnavailable": "5%", "paused": true}'

    assert rollout.read(text) == Rollout("5%", ("a",), 3, paused=True)
    assert rollout.read("{}") == Rollout()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"maxUnavailable": "many"}',
        '{"maxUnavailable": 1.5}',
        '{"maxRolledBack": "1"}',
        '{"paused": "yes"}',
        '{"canaryPools": "a"}',
        '{"canaryPools": [1]}',
    ],
)
def test_what_is_no_rollout(text: str) -> None:
    """A file that is not understood is an error, never a default."""
    with pytest.raises(problem.Problem, match="cannot read the roll-out"):
        rollout.read(text)
