# SPDX-License-Identifier: Apache-2.0
"""What holds for dynamic-pools whatever happens in whatever order."""

import functools

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import (
    Create,
    Event,
    Loaded,
    Node,
    Rebalance,
    Remove,
    Resize,
    Restart,
)
from unit.resmgr.sysfs import trees

from resmgr.policy.dynamic_pools import choose, policy

NAMES = [f"c{number}" for number in range(6)]
TYPES = [
    {"Name": "a", "Namespaces": ["a"], "CPUClass": "fast"},
    {"Name": "b", "Namespaces": ["b"], "AllocatorPriority": 2},
    {"Name": "d"},
]
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=st.sampled_from(["", "0", "100m", "1", "1500m", "3", "20"]),
    limit=st.sampled_from(["", "2"]),
    namespace=st.sampled_from(["default", "a", "b", "kube-system"]),
    annotations=st.sampled_from([{}, {}, {choose.ANNOTATION: "d"}, {choose.ANNOTATION: "x"}]),
)
RESIZE = st.builds(
    Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "200m", "4", "2500m", "19", "0"])
)
LOAD = st.dictionaries(st.integers(0, 15), st.integers(0, 1000)).map(Loaded)
EVENTS = st.lists(
    st.one_of(
        CREATE,
        CREATE,
        RESIZE,
        LOAD,
        st.builds(Remove, st.sampled_from(NAMES)),
        st.just(Rebalance()),
        st.just(Restart()),
    ),
    max_size=25,
)


def all_cpus_are_in_one_pool(node: Node) -> None:
    """Pools with containers have some, the reserved ones are always the same."""
    assert isinstance(node.policy, policy.DynamicPools)
    supply, taken = node.policy.supply, 0
    for number, pool in enumerate(node.state.pools):
        assert pool.cpus & taken == 0
        assert pool.cpus or not pool.count
        assert number or pool.cpus == supply.reserved
        taken |= pool.cpus
    assert taken == supply.available


def requests_are_met(node: Node) -> None:
    """Unless all together are more than there is."""
    pools = node.state.pools[1:]
    needs = [max(-(-pool.request // 1000), int(pool.count > 0)) for pool in pools]
    if sum(needs) <= sum(pool.cpus.bit_count() for pool in pools):
        for need, pool in zip(needs, pools, strict=True):
            assert pool.cpus.bit_count() >= need


def sums_are_right(node: Node) -> None:
    """Those of all containers, and each was told the CPUs of its pool."""
    for number, pool in enumerate(node.state.pools):
        members = [one for one in node.state.members.values() if one.pool == number]
        assert pool.count == len(members)
        assert pool.request == sum(one.request for one in members)
        assert pool.limit == sum(one.limit for one in members)
        assert pool.count or not pool.weight
    assert set(node.state.members) == set(node.cpus)
    for name, cpus in node.cpus.items():
        assert cpus == node.state.pools[node.state.members[name].pool].cpus


MACHINES = st.sampled_from(
    [(trees.FLAT, ""), (trees.LAPTOP, "0-2"), (trees.EXAMPLE.but(offline="9"), "")]
).map(
    lambda machine: functools.partial(
        Node,
        "dynamic-pools",
        machine[0],
        reserved="0",
        available=machine[1],
        config={"DynamicPoolTypes": TYPES},
        invariants=(all_cpus_are_in_one_pool, requests_are_met, sums_are_right),
    )
)
quick = hypothesis.settings(deadline=None)


@quick
@hypothesis.given(MACHINES, EVENTS)
def test_invariants_hold_after_each_step(
    make: functools.partial[Node], events: list[Event]
) -> None:
    """After all are removed everything is as it was at the start."""
    properties.empties(make, properties.play(make, events))


@quick
@hypothesis.given(MACHINES, EVENTS)
def test_a_restart_changes_nothing(make: functools.partial[Node], events: list[Event]) -> None:
    """Whatever has happened."""
    properties.replays(properties.play(make, events))


@quick
@hypothesis.given(MACHINES, EVENTS)
def test_the_same_leads_to_the_same(make: functools.partial[Node], events: list[Event]) -> None:
    """No chance and no clock is in it."""
    properties.is_the_same_again(make, events)


@quick
@hypothesis.given(MACHINES, EVENTS, st.one_of(CREATE, RESIZE))
def test_a_refusal_changes_nothing(
    make: functools.partial[Node], events: list[Event], event: Create | Resize
) -> None:
    """It has a reason."""
    node = properties.play(make, events)
    hypothesis.assume(isinstance(event, Create) or event.name in node.subjects)
    properties.refuses_as_a_whole(node, event)


@quick
@hypothesis.given(MACHINES, EVENTS, CREATE)
def test_release_gives_back_all(
    make: functools.partial[Node], events: list[Event], create: Create
) -> None:
    """Pools are as large as they were; which CPUs they have depends on what was before."""
    node = properties.play(make, [*events, Remove(create.name)])
    sizes = [pool.cpus.bit_count() for pool in node.state.pools]
    node.happens(create).happens(Remove(create.name))

    assert [pool.cpus.bit_count() for pool in node.state.pools] == sizes


@quick
@hypothesis.given(MACHINES, EVENTS, LOAD)
def test_load_moves_idle_cpus_only(
    make: functools.partial[Node], events: list[Event], load: Loaded
) -> None:
    """What is requested stays with who requests it."""
    node = properties.play(make, events)
    before = node.state
    node.happens(load)

    assert node.state.members == before.members
    requests_are_met(node)
