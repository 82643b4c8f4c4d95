# SPDX-License-Identifier: Apache-2.0
"""A machine and containers for the policy that does nothing."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

WORLD = properties.World(
    makes=st.just(functools.partial(Node, "none", trees.LAPTOP)),
    creates=st.builds(
        Create, st.sampled_from(properties.NAMES), cpu=st.sampled_from(["", "1", "9"])
    ),
    cpus=("1", "9"),
)
