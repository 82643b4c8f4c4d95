# SPDX-License-Identifier: Apache-2.0
"""What holds for topology-aware whatever happens, beside what holds for all policies."""

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Create, Event, Remove, Resize, Restart
from unit.resmgr.policy.topology_aware.world import TREES, WORLD, aware, made
from unit.resmgr.sysfs import trees

quick = hypothesis.settings(deadline=None, max_examples=50)


@quick
@hypothesis.given(
    WORLD.makes,
    WORLD.events(),
    st.sampled_from(properties.NAMES),
    st.sampled_from(["1", "2", "3", "5", "9", "2500m", "100m"]),
)
def test_a_resize_keeps_what_it_can(
    make: properties.Make, events: list[Event], name: str, cpu: str
) -> None:
    """Whoever has a pool above that is large enough keeps its CPUs, as far as it wants as many."""
    here = Create(name, cpu="2", memory="1Mi")
    node = properties.play(make, [*events, Remove(name), here])
    hypothesis.assume(name in node.state.grants)
    held = node.state.grants[name]
    node.happens(Resize(name, cpu=cpu))
    grant = node.state.grants[name]

    pools = aware(node).pools
    if grant.pool in (held.pool, *pools[held.pool].ancestors):
        assert grant.exclusive & held.exclusive in (grant.exclusive, held.exclusive)


@quick
@hypothesis.given(st.sampled_from(TREES), st.sampled_from(TREES), WORLD.events())
def test_another_machine_takes_over_what_it_can(
    tree: trees.Tree, other: trees.Tree, events: list[Event]
) -> None:
    """A start with what another machine saved never fails, and ends in a sound state."""
    node = properties.play(made(tree), events)
    fresh = properties.play(made(other), [])
    fresh.subjects = node.subjects
    fresh.happens(Restart(saved=node.kept))

    assert fresh.refusal is None
    assert set(fresh.state.grants) == set(node.subjects)
