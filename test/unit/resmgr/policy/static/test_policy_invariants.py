# SPDX-License-Identifier: Apache-2.0
"""What holds for the static policy whatever happens, beside what holds for all policies."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Create, Event, Node, Remove, Resize
from unit.resmgr.policy.static.world import WORLD, static

from resmgr import cpuset

quick = hypothesis.settings(deadline=None, max_examples=40)


@quick
@hypothesis.given(
    WORLD.makes, WORLD.events(), st.sampled_from(properties.NAMES), st.integers(1, 12)
)
def test_a_resize_keeps_what_it_can(
    make: properties.Make, events: list[Event], name: str, count: int
) -> None:
    """Who grows keeps all it has, who shrinks gets nothing new."""
    node = properties.play(make, [*events, Remove(name), Create(name, cpu="2")])
    held = node.state.assignments.get(name, 0)
    hypothesis.assume(held)
    node.happens(Resize(name, cpu=str(count)))
    has = node.state.assignments[name]

    assert node.refusal or has.bit_count() == count
    assert has & held in (has, held)


@quick
@hypothesis.given(WORLD.makes, WORLD.events(), st.integers(1, 12))
def test_only_what_is_not_there_is_refused(
    make: properties.Make, events: list[Event], count: int
) -> None:
    """A request is met exactly if there are as many CPUs beside the reserved and exclusive ones."""
    node: Node = properties.play(make, [*events, Remove("x")])
    supply = static(node).supply
    free = node.state.default(supply) & ~supply.reserved | node.state.isolated(supply)
    node.happens(Create("x", cpu=str(count)))

    assert (node.refusal is None) == (count <= free.bit_count())
    assert cpuset.show(node.state.assignments.get("x", 0) & ~free) == ""
