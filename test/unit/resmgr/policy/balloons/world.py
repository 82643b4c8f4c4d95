# SPDX-License-Identifier: Apache-2.0
"""Machines and containers for the policy of balloons, and what holds of it after each step."""

import functools
from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st
from unit.resmgr.policy import machines, properties
from unit.resmgr.policy.playbook import Create, Node
from unit.resmgr.sysfs import trees

from resmgr.policy.balloons import policy
from resmgr.policy.balloons.choose import ANNOTATION

TREES = [trees.FLAT, trees.LAPTOP, trees.EXAMPLE.but(offline="9", isolated="2")]
FLAGS = ("PreferSpreadingPods", "PreferPerNamespaceBalloon", "PreferNewBalloons")
SHAPES = ("PreferSpreadOnPhysicalCores", "AllocatorTopologyBalancing")
BUILT_IN = st.fixed_dictionaries(
    {"Name": st.just("default")},
    optional={"MinCPUs": st.integers(0, 1), "MaxCPUs": st.integers(1, 2)},
)
TYPE = st.fixed_dictionaries(
    {
        "Name": st.sampled_from(["a", "b"]),
        "MinCPUs": st.integers(0, 2),
        "MaxCPUs": st.sampled_from([0, 2, 3]),
        "MinBalloons": st.integers(0, 1),
        "MaxBalloons": st.sampled_from([0, 1, 2]),
    },
    optional={
        "AllocatorPriority": st.integers(0, 3),
        "CPUClass": st.sampled_from(["x", "y"]),
        "Namespaces": st.just(["n*"]),
        "ShareIdleCPUsInSame": st.sampled_from(["", "system", "numa", "core", "thread"]),
        **{name: st.booleans() for name in (*FLAGS, *SHAPES)},
    },
)
CONFIGS = st.fixed_dictionaries(
    {
        "BalloonTypes": st.lists(
            st.one_of(TYPE, TYPE, BUILT_IN), max_size=3, unique_by=lambda one: one["Name"]
        )
    },
    optional={"IdleCPUClass": st.just("z")},
)


def balloons(node: Node) -> policy.Balloons:
    """Give the policy of a node as what it is."""
    assert isinstance(node.policy, policy.Balloons)
    return node.policy


def no_cpu_is_lost_or_given_twice(node: Node) -> None:
    """Each is free, or reserved, or in one balloon."""
    rules, state = balloons(node).rules, node.state
    taken = state.free | rules.supply.reserved
    assert not state.free & rules.supply.reserved
    for balloon in state.balloons.values():
        if rules.types[balloon.type].fixed:
            assert balloon.cpus == rules.supply.reserved
            continue
        assert not balloon.cpus & taken
        taken |= balloon.cpus
    assert taken == rules.supply.available


def limits_are_kept(node: Node) -> None:
    """The number of balloons of each type, and their sizes; who asks for more is built in."""
    for type_ in balloons(node).rules.types.values():
        own = [one for one in node.state.balloons.values() if one.type == type_.name]
        least = 1 if type_.built_in else type_.min_balloons
        assert least <= len(own) <= ((1 if type_.built_in else type_.max_balloons) or 99)
        for balloon in own:
            count = balloon.cpus.bit_count()
            assert type_.fixed or type_.min_cpus <= count <= (type_.max_cpus or count)
            assert type_.built_in or balloon.requested <= balloon.milli
            assert balloon.cpus or not balloon.members


def no_balloon_is_larger_than_it_has_to_be(node: Node) -> None:
    """It has the CPUs that are requested, or as many as its type has at least."""
    for balloon in node.state.balloons.values():
        type_ = balloons(node).rules.types[balloon.type]
        if not type_.fixed:
            wanted = max(1, -(-balloon.requested // 1000)) if balloon.members else 0
            assert balloon.cpus.bit_count() <= max(type_.min_cpus, wanted)


def sums_are_right(node: Node) -> None:
    """What is said of a balloon is what is in it, and each container is in one."""
    for name, balloon in node.state.balloons.items():
        assert balloon.name == name
        assert balloon.requested == sum(one.request for one in balloon.members.values())
        assert sum(balloon.pods.values()) == len(balloon.members)
        assert all(node.state.places[cache_id] == name for cache_id in balloon.members)
    numbers = [one.number for one in node.state.balloons.values()]
    assert numbers == sorted(set(numbers))
    assert len(node.state.places) == sum(len(one.members) for one in node.state.balloons.values())


def all_that_run_were_told(node: Node) -> None:
    """What each container was told last are its balloon's CPUs, and idle ones nearby."""
    assert set(node.state.places) == set(node.cpus)
    for name in node.state.places:
        assert node.cpus[name] == node.state.allowed(node.state.of(name)) != 0


def sizes(node: Node) -> dict[str, int]:
    """Give the CPUs of each balloon."""
    return {one.name: one.cpus.bit_count() for one in node.state.balloons.values()}


def rest(node: Node) -> object:
    """Give the sizes of balloons, whose names have numbers, and how many CPUs are free."""
    return sorted(sizes(node).values()), node.state.free.bit_count()


def made(tree: trees.Tree, config: Mapping[str, Any]) -> functools.partial[Node]:
    """Give what makes the policy on a machine."""
    invariants = (
        no_cpu_is_lost_or_given_twice,
        limits_are_kept,
        no_balloon_is_larger_than_it_has_to_be,
        sums_are_right,
        all_that_run_were_told,
    )
    return functools.partial(
        Node, "balloons", tree, reserved="0", config=config, invariants=invariants
    )


WORLD = properties.World(
    makes=st.builds(made, st.one_of(st.sampled_from(TREES), machines.RANDOM), CONFIGS),
    creates=st.builds(
        Create,
        st.sampled_from(properties.NAMES),
        cpu=st.sampled_from(["", "100m", "1", "1500m", "3"]),
        pod=st.sampled_from(["", "p", "q"]),
        annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "a", "b"))]),
        namespace=st.sampled_from(["default", "n", "kube-system"]),
    ),
    cpus=("500m", "1", "2", "5"),
    traces=sizes,
    empty=rest,
)
