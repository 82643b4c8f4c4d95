# SPDX-License-Identifier: Apache-2.0
"""What holds for the policy of balloons whatever happens in whatever order."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy.playbook import Create, Event, Node, Rebalance, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr.policy import interface
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
NAMES = [f"c{number}" for number in range(6)]
CREATE = st.builds(
    Create,
    st.sampled_from(NAMES),
    cpu=st.sampled_from(["", "100m", "1", "1500m", "3"]),
    pod=st.sampled_from(["", "p", "q"]),
    annotations=st.sampled_from([{}, *({ANNOTATION: name} for name in ("a", "a", "b"))]),
    namespace=st.sampled_from(["default", "n", "kube-system"]),
)
EVENTS = st.lists(
    st.one_of(
        CREATE,
        CREATE,
        st.builds(Resize, st.sampled_from(NAMES), cpu=st.sampled_from(["500m", "1", "2", "5"])),
        st.builds(Remove, st.sampled_from(NAMES)),
        st.just(Rebalance()),
        st.just(Restart()),
    ),
    max_size=20,
)
MACHINES = st.tuples(st.sampled_from(TREES), CONFIGS)
Machine = tuple[trees.Tree, dict[str, Any]]


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


INVARIANTS = (
    no_cpu_is_lost_or_given_twice,
    limits_are_kept,
    no_balloon_is_larger_than_it_has_to_be,
    sums_are_right,
    all_that_run_were_told,
)


def begin(machine: Machine) -> Node:
    """Start on a machine; what does not fit on it is no case."""
    tree, config = machine
    try:
        return Node("balloons", tree, reserved="0", config=config, invariants=INVARIANTS)
    except interface.BadConfiguration:
        hypothesis.reject()
        raise


def play(machine: Machine, events: list[Event]) -> Node:
    """Let things happen that can; what is said to them is not compared."""
    node = begin(machine)
    for event in events:
        if isinstance(event, Resize) and event.name not in node.state.places:
            continue
        if isinstance(event, Create) and event.name in node.state.places:
            # As the engine does it.
            node = node.happens(Remove(event.name))
        node = node.happens(event)
    return node


def sizes(node: Node) -> dict[str, int]:
    """Give the CPUs of each balloon."""
    return {one.name: one.cpus.bit_count() for one in node.state.balloons.values()}


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS)
def test_invariants_hold_after_each_step(machine: Machine, events: list[Event]) -> None:
    """After all are removed as many balloons of the same sizes are there as at the start."""
    node = play(machine, events)
    for name in NAMES:
        node = node.happens(Remove(name))
    fresh = begin(machine)

    assert sorted(sizes(node).values()) == sorted(sizes(fresh).values())
    assert node.state.free.bit_count() == fresh.state.free.bit_count()


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
def test_who_comes_and_goes_leaves_no_trace(
    machine: Machine, events: list[Event], create: Create
) -> None:
    """All balloons have the sizes that they had; which of their CPUs they have may differ."""
    node = play(machine, [*events, Remove(create.name)])
    before = sizes(node)

    assert sizes(node.happens(create).happens(Remove(create.name))) == before


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, EVENTS, st.sampled_from(NAMES), st.integers(0, 6000))
def test_a_resize_keeps_or_is_kept(
    machine: Machine, events: list[Event], name: str, request: int
) -> None:
    """Who grows in its balloon loses no CPU, who shrinks gets none; a refusal changes nothing."""
    node = play(
        machine, [*events, Remove(name), Create(name, cpu="1", annotations={ANNOTATION: "a"})]
    )
    hypothesis.assume(name in node.state.places)
    before = node.state
    node = node.happens(Resize(name, cpu=f"{request}m"))
    old, new = before.of(name), node.state.of(name)

    if node.refusal:
        assert isinstance(node.refusal, interface.CannotAllocate)
        assert node.state is before
    elif old.name == new.name:
        assert old.cpus & new.cpus in (old.cpus, new.cpus)
    else:
        assert request > 1000


@hypothesis.settings(deadline=None)
@hypothesis.given(MACHINES, CONFIGS, EVENTS)
def test_another_configuration_takes_all_over(
    machine: Machine, config: dict[str, Any], events: list[Event]
) -> None:
    """Whatever it was before, all that run are in some balloon, and no one else."""
    before = play(machine, events)
    node = begin((machine[0], config))
    node.subjects = {name: before.subjects[name] for name in before.state.places}
    saved = dict(before.kept)
    node.happens(Restart(saved=saved))

    assert node.refusal is None
    assert set(node.state.places) == set(before.state.places)
