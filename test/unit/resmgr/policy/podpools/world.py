# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for podpools, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr.policy.podpools import policy
from resmgr.policy.podpools.choose import ANNOTATION, has_room

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


def traces(node: Node) -> object:
    """Give all but the most that each pod has ever requested."""
    pods = {key: (one.pool, one.containers, one.requested) for key, one in node.state.pods.items()}
    return node.state.members, node.state.loads, pods, dict(node.cpus)


WORLD = properties.World(
    makes=st.tuples(
        st.one_of(
            st.sampled_from(
                [trees.FLAT, trees.LAPTOP, trees.EXAMPLE.but(offline="9", isolated="2")]
            ),
            machines.RANDOM,
        ),
        POOLS,
    ).map(
        lambda machine: functools.partial(
            Node,
            "podpools",
            machine[0],
            reserved="0",
            config={"Pools": machine[1]},
            invariants=(sums_are_right, all_that_run_were_told, nobody_is_crowded),
        )
    ),
    creates=st.builds(
        Create,
        st.sampled_from(properties.NAMES),
        cpu=st.sampled_from(["", "100m", "1", "3"]),
        pod=st.sampled_from(["", "p", "q"]),
        annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "b", "x"))]),
        namespace=st.sampled_from(["default", "kube-system"]),
    ),
    cpus=("1", "2", "9"),
    traces=traces,
)
