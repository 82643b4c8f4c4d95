# SPDX-License-Identifier: Apache-2.0
"""What holds for static-plus whatever happens, beside what holds for all policies."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Create, Event, Remove, Resize
from unit.resmgr.policy.static_plus.world import WORLD, static_plus

from resmgr import cpuset

quick = hypothesis.settings(deadline=None, max_examples=40)


@quick
@hypothesis.given(WORLD.makes, WORLD.events(), st.integers(1, 12))
def test_only_what_is_not_there_is_refused(
    make: properties.Make, events: list[Event], count: int
) -> None:
    """A request is met exactly if there are as many CPUs of one kind."""
    node = properties.play(make, [*events, Remove("x")])
    pools, state = static_plus(node).pools, node.state
    most = max(state.isolated(pools).bit_count(), state.shared(pools).bit_count())
    node.happens(Create("x", cpu=str(count)))

    assert (node.refusal is None) == (count <= most)
    if not node.refusal:
        assert node.state.grants["x"].exclusive.bit_count() == count


@quick
@hypothesis.given(WORLD.makes, WORLD.events(), st.sampled_from(properties.NAMES), st.integers(1, 6))
def test_a_resize_keeps_what_it_can(
    make: properties.Make, events: list[Event], name: str, count: int
) -> None:
    """Who grows in place keeps all; who shrinks gets nothing new."""
    node = properties.play(make, [*events, Remove(name), Create(name, cpu="2")])
    hypothesis.assume(node.refusal is None)
    pools, held = static_plus(node).pools, node.state.grants[name].exclusive
    own = pools.isolated if held & pools.isolated else pools.shared
    room = (own & ~node.state.taken).bit_count()
    node.happens(Resize(name, cpu=str(count)))
    has = node.state.grants[name].exclusive

    if count - 2 <= room:
        assert node.refusal is None
        assert has & held in (has, held), cpuset.show(has)
