# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for static-pools, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Node
from unit.resmgr.policy.static_pools.asking import asking
from unit.resmgr.sysfs import trees

POOLS = {
    "x": {
        "exclusive": True,
        "cpuLists": [{"Socket": n % 2, "Cpuset": f"{n},{n + 4}"} for n in range(3)],
    },
    "infra": {"cpuLists": [{"Socket": 0, "Cpuset": "3"}]},
    "shared": {"cpuLists": [{"Socket": 0, "Cpuset": "3"}, {"Socket": 1, "Cpuset": "7"}]},
}


def lists_are_of_their_pool(node: Node) -> None:
    """An exclusive list has one container; what is told is what is held."""
    taken = 0
    for name, held in node.state.held.items():
        if held.pool == "x":
            assert held.count == len(held.lists) > 0
            assert not held.cpus & taken
            taken |= held.cpus
        if held.affinity:
            assert node.cpus[name] == held.cpus != 0
    counted: dict[tuple[str, int], int] = {}
    for held in node.state.held.values():
        for mask in held.lists:
            counted[held.pool, mask] = counted.get((held.pool, mask), 0) + 1
    assert node.state.users == counted


WORLD = properties.World(
    makes=st.just(
        functools.partial(
            Node,
            "static-pools",
            trees.LAPTOP,
            config={"pools": POOLS},
            invariants=(lists_are_of_their_pool,),
        )
    ),
    creates=st.builds(
        asking,
        st.sampled_from(properties.NAMES),
        st.integers(0, 4),
        st.sampled_from(["", "x", "x", "infra", "nowhere"]),
        st.sampled_from(["", "0", "1", "9"]),
        st.sampled_from([(), ("cmk", "isolate", "--pool=x", "--no-affinity", "run")]),
    ),
    cpus=("1", "9"),
)
