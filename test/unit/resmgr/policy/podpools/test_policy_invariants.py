# SPDX-License-Identifier: Apache-2.0
"""What holds for the policy of pod pools whatever happens in whatever order."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy.playbook import Create, Event, Node, Rebalance, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr.policy.podpools import policy
from resmgr.policy.podpools.choose import ANNOTATION, has_room

TREES = [trees.FLAT, trees.LAPTOP, trees.EXAMPLE.but(offline="9", isolated="2")]
POOLS = st.lists(
    st.fixed_dictionaries(
        {
            "Name": st.sampled_from(["a", "b", "default"]),
            "CPU": st.integers(1, 2),
            "MaxPods": st.integers(-1, 2),
        },
        optional={"FillOrder": st.sampled_from(["Balanced", "Packed", "FirstFree"])},
    ),
    max_size=3,
    unique_by=lambda pool: pool["Name"],
)
NAMES = [f"c{number}" for number in range(6)]
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=st.sampled_from(["", "100m", "1", "3"]),
    pod=st.sampled_from(["", "p", "q"]),
    annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "b", "x"))]),
    namespace=st.sampled_from(["default", "kube-system"]),
)
EVENTS = st.lists(
    st.one_of(
        CREATE,
        st.builds(Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["1", "2", "9"])),
        st.builds(Remove, st.sampled_from(NAMES)),
        st.just(Rebalance()),
        st.just(Restart()),
    ),
    max_size=20,
)
MACHINES = st.tuples(st.sampled_from(TREES), POOLS)
Machine = tuple[trees.Tree, list[dict[str, object]]]


def podpools(node: Node) -> policy.PodPools:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, policy.PodPools)
    return node.policy


def sums_are_right(node: Node) -> None:
    """What is said of pods and pools is the sum of what is in them."""
    state = node.state
    for pod, place in state.pods.items():
        own = [one.request for one in state.members.values() if one.pod == pod]
        assert (place.containers, place.requested) == (len(own), sum(own))
        assert place.peak >= place.requested
    for position, load in state.loads.items():
        own = [place.requested for place in state.pods.values() if place.pool == position]
        assert (load.pods, load.requested) == (len(own), sum(own))
        assert load.pods


def all_that_run_were_told(node: Node) -> None:
    """What each container was told last are the CPUs of its pod's pool."""
    state = node.state
    assert set(state.members) == set(node.cpus)
    for name, member in state.members.items():
        assert node.cpus[name] == podpools(node).layout.pools[state.pods[member.pod].pool].cpus


def nobody_is_crowded(node: Node) -> None:
    """No pool has more pods than fit, but for the default one."""
    for position, load in node.state.loads.items():
        assert position == 1 or has_room(podpools(node).layout.pools[position], load.pods - 1)


def play(machine: Machine, events: list[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    tree, pools = machine
    node = Node(
        "podpools",
        tree,
        reserved="0",
        config={"Pools": pools},
        invariants=(sums_are_right, all_that_run_were_told, nobody_is_crowded),
    )
    for event in events:
        if not isinstance(event, Resize) or event.name in node.subjects:
            node = node.happens(event)
    return node


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES)
def test_pools_share_no_cpu(machine: Machine) -> None:
    """But for the default one, which may have the reserved ones; together they have all."""
    node = play(machine, [])
    layout, taken = podpools(node).layout, 0
    for pool in layout.pools:
        shares = pool.definition == "default" and pool.cpus == layout.pools[0].cpus
        assert pool.cpus
        assert shares or not pool.cpus & taken
        taken |= pool.cpus

    assert taken == node.machine.online


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS)
def test_invariants_hold_after_each_step(machine: Machine, events: list[Event]) -> None:
    """After all are removed everything is as it was at the start."""
    node = play(machine, events)
    for name in NAMES:
        node = node.happens(Remove(name))

    assert node.state == play(machine, []).state


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS)
def test_a_restart_changes_nothing(machine: Machine, events: list[Event]) -> None:
    """Whatever has happened, the state that is saved is the state that is loaded."""
    node = play(machine, events)
    before = node.state

    assert node.happens(Restart()).state == before


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS)
def test_the_same_leads_to_the_same(machine: Machine, events: list[Event]) -> None:
    """No chance and no clock is in it."""
    assert play(machine, events).state == play(machine, events).state


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS, CREATE)
def test_release_takes_back_all_that_was_given(
    machine: Machine, events: list[Event], create: Create
) -> None:
    """Creating a container of a new pod and removing it leaves the state as it was."""
    node = play(machine, [*events, Remove(create.name)])
    hypothesis.assume(f"pod-{create.pod or create.name}" not in node.state.pods)
    before = node.state

    assert node.happens(create).happens(Remove(create.name)).state == before


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, MACHINES, EVENTS)
def test_other_pools_are_taken_over(old: Machine, new: Machine, events: list[Event]) -> None:
    """Whatever the pools were, all that run are in some pool of the new ones, and no one else."""
    before = play(old, events)
    node = play(new, [])
    node.subjects = before.subjects
    node.happens(Restart(saved=before.kept))

    assert node.refusal is None
    assert set(node.state.members) == set(before.subjects)
