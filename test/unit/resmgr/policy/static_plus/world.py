# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for static-plus, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr.policy import annotations
from resmgr.policy.static_plus import policy, wants


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


WORLD = properties.World(
    makes=st.one_of(
        st.sampled_from(
            [
                (trees.FLAT.but(isolated="5-7"), ""),
                (trees.LAPTOP, "0-3"),
                (trees.EXAMPLE.but(offline="9", isolated="2,14-15"), ""),
            ]
        ),
        st.tuples(machines.RANDOM, st.just("")),
    ).map(
        lambda machine: functools.partial(
            Node,
            "static-plus",
            machine[0],
            reserved="0",
            available=machine[1],
            invariants=(each_has_its_own, all_have_cpus_of_theirs),
        )
    ),
    creates=st.builds(
        Create,
        st.sampled_from(properties.NAMES),
        cpu=st.sampled_from(["", "0", "1", "2", "5", "300m", "1500m", "2900m"]),
        annotations=st.sampled_from([{}, {annotations.PREFER_ISOLATED: "no"}]),
        namespace=st.sampled_from(["default", "default", wants.SYSTEM]),
    ),
    cpus=("1", "2", "4", "2500m", "9", "0"),
)
