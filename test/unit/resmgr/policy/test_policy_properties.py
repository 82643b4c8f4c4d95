# SPDX-License-Identifier: Apache-2.0
"""What holds for every policy whatever happens in whatever order, each in its own world."""

import random
from collections.abc import Callable

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.resmgr.policy import properties
from unit.resmgr.policy.balloons import world as balloons
from unit.resmgr.policy.dynamic_pools import world as dynamic_pools
from unit.resmgr.policy.none import world as none
from unit.resmgr.policy.playbook import Event
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

Fact = Callable[[str, st.DataObject], None]


def always(test: Fact) -> Fact:
    """Hold something against every policy, in some examples of its world."""
    quick = hypothesis.settings(
        deadline=None,
        max_examples=25,
        suppress_health_check=[hypothesis.HealthCheck.differing_executors],
    )
    marked: Fact = pytest.mark.parametrize("policy", WORLDS)(
        quick(hypothesis.given(data=st.data())(test))
    )
    return marked


def drawn(data: st.DataObject, policy: str) -> tuple[properties.Make, list[Event]]:
    """Give a machine of the policy's world, and what happens on it."""
    world = WORLDS[policy]
    return data.draw(world.makes), data.draw(world.events())


@always
def test_all_that_was_given_comes_back(policy: str, data: st.DataObject) -> None:
    """Invariants hold after each step, and when all are removed everything is as at the start."""
    make, events = drawn(data, policy)

    properties.empties(WORLDS[policy], make, properties.play(make, events))


@always
def test_a_restart_changes_nothing(policy: str, data: st.DataObject) -> None:
    """Whatever has happened, the state that is saved is the state that is loaded."""
    make, events = drawn(data, policy)

    properties.replays(properties.play(make, events))


@always
def test_neither_chance_nor_order_decides(policy: str, data: st.DataObject) -> None:
    """The same happens with all mappings mixed: machine, configuration, saved state, who runs."""
    make, events = drawn(data, policy)

    properties.is_the_same_again(make, events, random.Random(len(events)))  # noqa: S311 - of tests


@always
def test_who_comes_and_goes_leaves_no_trace(policy: str, data: st.DataObject) -> None:
    """The others have what they had."""
    make, events = drawn(data, policy)

    properties.takes_back(
        WORLDS[policy], properties.play(make, events), data.draw(WORLDS[policy].creates)
    )


@always
def test_requests_are_met_or_refused_with_a_reason(policy: str, data: st.DataObject) -> None:
    """A refusal changes nothing."""
    make, events = drawn(data, policy)
    node = properties.play(make, events)

    properties.meets_or_refuses(
        node, data.draw(st.one_of(WORLDS[policy].creates, WORLDS[policy].resizes(node)))
    )


@always
def test_steps_that_change_nothing_say_nothing(policy: str, data: st.DataObject) -> None:
    """Nobody is told what it knows."""
    make, events = drawn(data, policy)

    properties.is_silent(properties.play(make, events))


@always
def test_another_policy_and_back(policy: str, data: st.DataObject) -> None:
    """Whoever runs is placed, for whichever policy it was made, in a state that is one."""
    make, events = drawn(data, policy)
    guest = data.draw(st.sampled_from(sorted(WORLDS)))
    away = WORLDS[guest].events(10)
    node = properties.play(make, events)
    others = properties.play(data.draw(WORLDS[guest].makes), data.draw(away))

    properties.takes_over(make, node.subjects)
    properties.takes_over(make, {**node.subjects, **others.subjects})
