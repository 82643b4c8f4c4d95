# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for dynamic-pools, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Loaded, Node
from unit.resmgr.sysfs import trees

from resmgr.policy.dynamic_pools import choose, policy

TYPES = [
    {"Name": "a", "Namespaces": ["a"], "CPUClass": "fast"},
    {"Name": "b", "Namespaces": ["b"], "AllocatorPriority": 2},
    {"Name": "d"},
]
LOAD = st.dictionaries(st.integers(0, 15), st.integers(0, 1000)).map(Loaded)


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


def sizes(node: Node) -> list[int]:
    """Give how many CPUs each pool has; which they are depends on what was before."""
    return [pool.cpus.bit_count() for pool in node.state.pools]


WORLD = properties.World(
    makes=st.one_of(
        st.sampled_from(
            [(trees.FLAT, ""), (trees.LAPTOP, "0-2"), (trees.EXAMPLE.but(offline="9"), "")]
        ),
        st.tuples(machines.RANDOM, st.just("")),
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
    ),
    creates=st.builds(
        Create,
        st.sampled_from(properties.NAMES),
        cpu=st.sampled_from(["", "0", "100m", "1", "1500m", "3", "20"]),
        limit=st.sampled_from(["", "2"]),
        namespace=st.sampled_from(["default", "a", "b", "kube-system"]),
        annotations=st.sampled_from([{}, {}, {choose.ANNOTATION: "d"}, {choose.ANNOTATION: "x"}]),
    ),
    cpus=("1", "200m", "4", "2500m", "19", "0"),
    more=(LOAD,),
    traces=sizes,
)
