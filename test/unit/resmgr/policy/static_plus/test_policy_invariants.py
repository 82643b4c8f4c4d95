# SPDX-License-Identifier: Apache-2.0
"""What holds for static-plus whatever happens in whatever order."""

import functools

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import (
    Create,
    Event,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
)
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.policy import annotations
from resmgr.policy.static_plus import policy, wants

NAMES = [f"c{number}" for number in range(6)]
WISHES = st.sampled_from([{}, {annotations.PREFER_ISOLATED: "no"}])
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=st.sampled_from(["", "0", "1", "2", "5", "300m", "1500m", "2900m"]),
    annotations=WISHES,
    namespace=st.sampled_from(["default", "default", wants.SYSTEM]),
)
RESIZE = st.builds(
    Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "2", "4", "2500m", "9", "0"])
)
EVENTS = st.lists(
    st.one_of(
        CREATE,
        RESIZE,
        st.builds(Remove, st.sampled_from(NAMES)),
        st.just(Rebalance()),
        st.just(Restart()),
    ),
    max_size=25,
)


def static_plus(node: Node) -> policy.StaticPlus:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, policy.StaticPlus)
    return node.policy


def each_has_its_own(node: Node) -> None:
    """Exclusive CPUs are of one container and one kind, and nobody else was told them."""
    pools = static_plus(node).pools
    for name, grant in node.state.grants.items():
        assert not grant.exclusive & ~pools.isolated or not grant.exclusive & ~pools.shared
        for other, cpus in node.cpus.items():
            assert other == name or not cpus & grant.exclusive


def all_have_cpus_of_theirs(node: Node) -> None:
    """What containers were told last is what they have, never none and never what is not there."""
    pools = static_plus(node).pools
    assert set(node.state.grants) == set(node.cpus)
    for name, cpus in node.cpus.items():
        assert cpus == node.state.cpus(name, pools) != 0
        assert cpus & ~(pools.isolated | pools.reserved | pools.shared) == 0


MACHINES = st.sampled_from(
    [
        (trees.FLAT.but(isolated="5-7"), ""),
        (trees.LAPTOP, "0-3"),
        (trees.EXAMPLE.but(offline="9", isolated="2,14-15"), ""),
    ]
).map(
    lambda machine: functools.partial(
        Node,
        "static-plus",
        machine[0],
        reserved="0",
        available=machine[1],
        invariants=(each_has_its_own, all_have_cpus_of_theirs),
    )
)
given = hypothesis.given
quick = hypothesis.settings(deadline=None)


@quick
@given(MACHINES, EVENTS)
def test_invariants_hold_after_each_step(
    make: functools.partial[Node], events: list[Event]
) -> None:
    """After all are removed everything is as it was at the start."""
    properties.empties(make, properties.play(make, events))


@quick
@given(MACHINES, EVENTS)
def test_a_restart_changes_nothing(make: functools.partial[Node], events: list[Event]) -> None:
    """Whatever has happened."""
    properties.replays(properties.play(make, events))


@quick
@given(MACHINES, EVENTS)
def test_the_same_leads_to_the_same(make: functools.partial[Node], events: list[Event]) -> None:
    """No chance and no clock is in it."""
    properties.is_the_same_again(make, events)


@quick
@given(MACHINES, EVENTS, CREATE)
def test_release_takes_back_all(
    make: functools.partial[Node], events: list[Event], create: Create
) -> None:
    """Others have what they had."""
    properties.takes_back(properties.play(make, events), create)


@quick
@given(MACHINES, EVENTS, st.one_of(CREATE, RESIZE))
def test_a_refusal_changes_nothing(
    make: functools.partial[Node], events: list[Event], event: Create | Resize
) -> None:
    """It has a reason."""
    node = properties.play(make, events)
    hypothesis.assume(isinstance(event, Create) or event.name in node.subjects)
    properties.refuses_as_a_whole(node, event)


@quick
@given(MACHINES, EVENTS, st.integers(1, 12))
def test_only_what_is_not_there_is_refused(
    make: functools.partial[Node], events: list[Event], count: int
) -> None:
    """A request is met exactly if there are as many CPUs of one kind."""
    node = properties.play(make, [*events, Remove("x")])
    pools, state = static_plus(node).pools, node.state
    most = max(state.isolated(pools).bit_count(), state.shared(pools).bit_count())
    node.happens(Create("x", cpu=str(count)))

    assert (node.refusal is None) == (count <= most)
    if not node.refusal:
        assert node.state.grants["x"].exclusive.bit_count() == count


@quick
@given(MACHINES, EVENTS, st.sampled_from(NAMES), st.integers(1, 6))
def test_a_resize_keeps_what_it_can(
    make: functools.partial[Node], events: list[Event], name: str, count: int
) -> None:
    """Who grows in place keeps all; who shrinks gets nothing new."""
    node = properties.play(make, [*events, Remove(name), Create(name, cpu="2")])
    hypothesis.assume(node.refusal is None)
    pools, held = static_plus(node).pools, node.state.grants[name].exclusive
    own = pools.isolated if held & pools.isolated else pools.shared
    room = (own & ~node.state.taken).bit_count()
    node.happens(Resize(name, cpu=str(count)))
    has = node.state.grants[name].exclusive

    if count - 2 <= room:
        assert node.refusal is None
        assert has & held in (has, held), cpuset.show(has)
