# SPDX-License-Identifier: Apache-2.0
"""What holds for the static policy whatever happens in whatever order."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy.playbook import Create, Event, Node, Rebalance, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.model import Qos
from resmgr.policy import interface
from resmgr.policy.static import policy, wants

TREES = [
    trees.FLAT.but(isolated="5-7"),
    trees.LAPTOP,
    trees.EXAMPLE.but(offline="9", isolated="2,14-15"),
]
NAMES = [f"c{number}" for number in range(6)]
CPUS = st.sampled_from(["", "1", "2", "3", "5", "1500m", "500m", "0"])
WISHES = st.sampled_from([{}, {wants.ISOLATED: "true"}, {wants.ISOLATED: "maybe"}])
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=CPUS,
    qos=st.sampled_from([None, Qos.BURSTABLE]),
    annotations=WISHES,
)
EVENTS = st.one_of(
    CREATE,
    st.builds(Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "2", "4", "2500m", "9"])),
    st.builds(Remove, st.sampled_from(NAMES)),
    st.just(Rebalance()),
    st.just(Restart()),
)


def static(node: Node) -> policy.Static:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, policy.Static)
    return node.policy


def each_has_its_own(node: Node) -> None:
    """No CPU is exclusive twice, and all of them are ones that may be given."""
    supply, assignments = static(node).supply, node.state.assignments
    taken = 0
    for cpus in assignments.values():
        assert cpus
        assert cpus & taken == 0
        taken |= cpus
    assert taken & ~(supply.available | supply.isolated) == 0


def the_default_set_is_what_is_left(node: Node) -> None:
    """It has the reserved CPUs, so that it is never empty, and no isolated one."""
    supply, default = static(node).supply, node.state.default(static(node).supply)
    assert default & supply.reserved == supply.reserved != 0
    assert default & supply.isolated == 0


def all_that_run_were_told(node: Node) -> None:
    """What each container was told last is what it has: its own CPUs, or all of the default set."""
    default = node.state.default(static(node).supply)
    known = set(node.state.assignments) | node.state.shared
    assert known == set(node.cpus)
    for name in known:
        assert node.cpus[name] == node.state.assignments.get(name, default)


INVARIANTS = (each_has_its_own, the_default_set_is_what_is_left, all_that_run_were_told)


def play(tree: trees.Tree, events: list[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    node = Node("static", tree, reserved="0", invariants=INVARIANTS)
    for event in events:
        if isinstance(event, Resize) and event.name not in node.subjects:
            continue
        node = node.happens(event)
    return node


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=25))
def test_invariants_hold_after_each_step(tree: trees.Tree, events: list[Event]) -> None:
    """After all are removed everything is as it was at the start."""
    node = play(tree, events)
    for name in NAMES:
        node = node.happens(Remove(name))

    assert node.state == Node("static", tree, reserved="0").state


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=25))
def test_a_restart_changes_nothing(tree: trees.Tree, events: list[Event]) -> None:
    """Whatever has happened, the state that is saved is the state that is loaded."""
    node = play(tree, events)
    before = node.state
    after = node.happens(Restart()).state

    assert after == before


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15))
def test_the_same_leads_to_the_same(tree: trees.Tree, events: list[Event]) -> None:
    """No chance and no clock is in it."""
    assert play(tree, events).state == play(tree, events).state


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15), CREATE)
def test_release_takes_back_all_that_was_given(
    tree: trees.Tree, events: list[Event], create: Create
) -> None:
    """Creating a container that is new and removing it leaves the state as it was."""
    node = play(tree, [*events, Remove(create.name)])
    before = node.state
    after = node.happens(create).happens(Remove(create.name)).state

    assert after == before


@hypothesis.settings(deadline=None)
@hypothesis.given(
    st.sampled_from(TREES),
    st.lists(EVENTS, max_size=15),
    st.sampled_from(NAMES),
    st.integers(1, 12),
)
def test_a_resize_keeps_or_is_kept(
    tree: trees.Tree, events: list[Event], name: str, count: int
) -> None:
    """Who grows keeps all it has, who shrinks gets nothing new, a refusal changes nothing."""
    node = play(tree, [*events, Remove(name), Create(name, cpu="2")])
    before = node.state
    held = before.assignments.get(name, 0)
    hypothesis.assume(held)
    node = node.happens(Resize(name, cpu=str(count)))
    has = node.state.assignments[name]

    if node.refusal:
        assert node.state == before
        assert isinstance(node.refusal, interface.CannotAllocate)
    else:
        assert has.bit_count() == count
        assert has & held in (has, held)


@hypothesis.settings(deadline=None)
@hypothesis.given(st.sampled_from(TREES), st.lists(EVENTS, max_size=15), st.integers(1, 12))
def test_only_what_is_not_there_is_refused(
    tree: trees.Tree, events: list[Event], count: int
) -> None:
    """A request is met exactly if there are as many CPUs beside the reserved and exclusive ones."""
    node = play(tree, [*events, Remove("x")])
    supply = static(node).supply
    free = node.state.default(supply) & ~supply.reserved | node.state.isolated(supply)
    node = node.happens(Create("x", cpu=str(count)))

    assert (node.refusal is None) == (count <= free.bit_count())
    assert cpuset.show(node.state.assignments.get("x", 0) & ~free) == ""
