# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for the static policy, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr.model import Qos
from resmgr.policy.static import policy, wants


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


WORLD = properties.World(
    makes=st.one_of(
        st.sampled_from(
            [
                trees.FLAT.but(isolated="5-7"),
                trees.LAPTOP,
                trees.EXAMPLE.but(offline="9", isolated="2,14-15"),
            ]
        ),
        machines.RANDOM,
    ).map(
        lambda tree: functools.partial(
            Node,
            "static",
            tree,
            reserved="0",
            invariants=(each_has_its_own, the_default_set_is_what_is_left, all_that_run_were_told),
        )
    ),
    creates=st.builds(
        Create,
        st.sampled_from(properties.NAMES),
        cpu=st.sampled_from(["", "1", "2", "3", "5", "1500m", "500m", "0"]),
        qos=st.sampled_from([None, Qos.BURSTABLE]),
        annotations=st.sampled_from([{}, {wants.ISOLATED: "true"}, {wants.ISOLATED: "maybe"}]),
    ),
    cpus=("1", "2", "4", "2500m", "9"),
)
