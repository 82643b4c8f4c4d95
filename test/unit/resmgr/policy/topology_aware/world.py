# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for topology-aware, and what holds of it after each step."""

import functools

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr import cpuset
from resmgr.model import Qos
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.policy import TopologyAware

DOMAIN = "cri-resource-manager.intel.com"
TREES = [
    trees.FLAT.but(isolated="5-7"),
    trees.LAPTOP,
    trees.EXAMPLE.but(offline="9", isolated="2,14-15"),
    trees.TIERED,
    trees.DIES,
    trees.EXAMPLE.but(memory_less="1"),
]
MACHINES = st.one_of(st.sampled_from(TREES), machines.RANDOM)
CPUS = st.sampled_from(["", "1", "2", "3", "5", "1500m", "2500m", "500m", "0", "40m"])
SAID = st.dictionaries(
    st.sampled_from(
        [
            f"prefer-isolated-cpus.{DOMAIN}/pod",
            f"prefer-shared-cpus.{DOMAIN}/pod",
            f"prefer-reserved-cpus.{DOMAIN}/pod",
        ]
    ),
    st.sampled_from(["true", "false", "maybe"]),
    max_size=2,
)
MEMORY_SAID = st.sampled_from(
    [
        {},
        {f"memory-type.{DOMAIN}": "dram"},
        {f"memory-type.{DOMAIN}": "pmem,dram", f"cold-start.{DOMAIN}": "duration: 1s"},
        {f"{DOMAIN}/affinity": "c1: [c2, c3]"},
        {f"{DOMAIN}/anti-affinity": "c1: [{match: {key: name, operator: Exists}}]"},
    ]
)
CREATES = st.builds(
    Create,
    st.sampled_from(properties.NAMES),
    cpu=CPUS,
    qos=st.sampled_from([None, Qos.BURSTABLE]),
    annotations=st.builds(lambda one, other: one | other, SAID, MEMORY_SAID),
    memory=st.sampled_from(["", "1Mi", "500Mi", "3Gi", "9Gi"]),
    namespace=st.sampled_from(["default", "default", "kube-system"]),
)


def aware(node: Node) -> TopologyAware:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, TopologyAware)
    return node.policy


def each_has_its_own(node: Node) -> None:
    """No CPU is exclusive twice, and nobody else is told to use it."""
    pools, taken = aware(node).pools, 0
    for grant in node.state.grants.values():
        pool = pools[grant.pool]
        assert grant.exclusive & taken == 0
        assert grant.exclusive & ~(pool.isolated | pool.sharable) == 0
        taken |= grant.exclusive
    assert taken == node.state.exclusive
    for name, cpus in node.cpus.items():
        assert cpus & taken & ~node.state.grants[name].exclusive == 0


def all_that_run_were_told(node: Node) -> None:
    """What each container was told last is what it has, and it is never nothing."""
    assert set(node.state.grants) == set(node.cpus)
    for name, grant in node.state.grants.items():
        applied = aware(node).applier.of(node.state, grant)
        assert node.cpus[name] == applied.cpus != 0
        assert applied.nodes != 0


def books_are_kept(node: Node) -> None:
    """The sums are those of the grants, and never more than there is where it was promised."""
    pools = aware(node).pools
    fresh = states.empty(pools)
    for name, grant in node.state.grants.items():
        fresh = fresh.giving(name, grant)
    assert fresh.books == node.state.books
    left = states.left(pools, node.state)
    assert left.shared[-1] >= 0
    for pool in pools:
        assert min(left.free[pool.id]) >= 0
        assert not pool.reserved or left.reserved[pool.id] >= 0


def memory_is_there(node: Node) -> None:
    """Each container has the memory that it asks for, or nothing is guaranteed to it.

    Nowhere more of it is promised than there is, also not in all pools of a tree together.
    """
    pools, books = aware(node).pools, node.state.books
    for pool in pools:
        promised = sum(sum(books[id_].memory) for id_ in cpuset.ids(pool.below))
        assert promised <= sum(pool.capacity)
    for grant in node.state.grants.values():
        wants = grant.subject.container.requirements
        if grant.subject.pod.qos is not Qos.BEST_EFFORT and not grant.makeshift:
            assert sum(grant.amounts) == (wants.memory_limit or 0)


def traces(node: Node) -> object:
    """Give the CPUs of all; memory of others may have had to make room, and stays there."""
    return node.state.exclusive, dict(node.cpus)


def made(tree: trees.Tree) -> functools.partial[Node]:
    """Give what makes the policy on a machine."""
    return functools.partial(
        Node,
        "topology-aware",
        tree,
        reserved="0",
        invariants=(each_has_its_own, all_that_run_were_told, books_are_kept, memory_is_there),
    )


WORLD = properties.World(
    makes=st.builds(made, MACHINES),
    creates=CREATES,
    cpus=("1", "2", "4", "2500m", "9"),
    traces=traces,
)
