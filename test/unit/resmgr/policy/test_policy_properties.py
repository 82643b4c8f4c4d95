# SPDX-License-Identifier: Apache-2.0
"""What holds for every policy whatever happens in whatever order, each in its own world."""

import random
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import properties
from unit.resmgr.policy.balloons import world as balloons
from unit.resmgr.policy.dynamic_pools import world as dynamic_pools
from unit.resmgr.policy.none import world as none
from unit.resmgr.policy.podpools import world as podpools
from unit.resmgr.policy.static import world as static
from unit.resmgr.policy.static_plus import world as static_plus
from unit.resmgr.policy.static_pools import world as static_pools
from unit.resmgr.policy.topology_aware import world as topology_aware

WORLDS: dict[str, properties.World] = {
    "balloons": balloons.WORLD,
    "dynamic-pools": dynamic_pools.WORLD,
    "none": none.WORLD,
    "podpools": podpools.WORLD,
    "static": static.WORLD,
    "static-plus": static_plus.WORLD,
    "static-pools": static_pools.WORLD,
    "topology-aware": topology_aware.WORLD,
}

quick = hypothesis.settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[hypothesis.HealthCheck.differing_executors],
)
each = pytest.mark.parametrize("policy", WORLDS)


def drawn(data: st.DataObject, world: properties.World) -> tuple[properties.Make, list[Any]]:
    """Give a machine, and what happens on it."""
    return data.draw(world.makes), data.draw(world.events())


@each
@quick
@hypothesis.given(data=st.data())
def test_all_that_was_given_comes_back(policy: str, data: st.DataObject) -> None:
    """Invariants hold after each step, and when all are removed everything is as at the start."""
    world = WORLDS[policy]
    make, events = drawn(data, world)

    properties.empties(world, make, properties.play(make, events))


@each
@quick
@hypothesis.given(data=st.data())
def test_a_restart_changes_nothing(policy: str, data: st.DataObject) -> None:
    """Whatever has happened, the state that is saved is the state that is loaded."""
    world = WORLDS[policy]
    make, events = drawn(data, world)

    properties.replays(properties.play(make, events))


@each
@quick
@hypothesis.given(data=st.data())
def test_neither_chance_nor_order_decides(policy: str, data: st.DataObject) -> None:
    """The same happens with all mappings mixed: machine, configuration, saved state, who runs."""
    world = WORLDS[policy]
    make, events = drawn(data, world)

    properties.is_the_same_again(make, events, random.Random(len(events)))  # noqa: S311 - of tests


@each
@quick
@hypothesis.given(data=st.data())
def test_who_comes_and_goes_leaves_no_trace(policy: str, data: st.DataObject) -> None:
    """The others have what they had."""
    world = WORLDS[policy]
    make, events = drawn(data, world)

    properties.takes_back(world, properties.play(make, events), data.draw(world.creates))


@each
@quick
@hypothesis.given(data=st.data())
def test_requests_are_met_or_refused_with_a_reason(policy: str, data: st.DataObject) -> None:
    """A refusal changes nothing."""
    world = WORLDS[policy]
    make, events = drawn(data, world)
    node = properties.play(make, events)

    properties.meets_or_refuses(node, data.draw(st.one_of(world.creates, world.resizes(node))))


@each
@quick
@hypothesis.given(data=st.data())
def test_steps_that_change_nothing_say_nothing(policy: str, data: st.DataObject) -> None:
    """Nobody is told what it knows."""
    world = WORLDS[policy]
    make, events = drawn(data, world)

    properties.is_silent(properties.play(make, events))


@each
@quick
@hypothesis.given(data=st.data())
def test_another_policy_and_back(policy: str, data: st.DataObject) -> None:
    """Whoever runs is placed, for whichever policy it was made, in a state that is one."""
    world = WORLDS[policy]
    make, events = drawn(data, world)
    guest = data.draw(st.sampled_from(sorted(WORLDS)))
    away = WORLDS[guest].events(10)
    node = properties.play(make, events)
    others = properties.play(data.draw(WORLDS[guest].makes), data.draw(away))

    properties.takes_over(make, node.subjects)
    properties.takes_over(make, {**node.subjects, **others.subjects})
