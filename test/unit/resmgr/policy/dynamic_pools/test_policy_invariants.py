# SPDX-License-Identifier: Apache-2.0
"""What holds for dynamic-pools whatever happens, beside what holds for all policies."""

import hypothesis
from unit.resmgr.policy import properties
from unit.resmgr.policy.dynamic_pools.world import LOAD, WORLD, requests_are_met
from unit.resmgr.policy.playbook import Event, Loaded

quick = hypothesis.settings(deadline=None, max_examples=40)


@quick
@hypothesis.given(WORLD.makes, WORLD.events(), LOAD)
def test_load_moves_idle_cpus_only(
    make: properties.Make, events: list[Event], load: Loaded
) -> None:
    """What is requested stays with who requests it."""
    node = properties.play(make, events)
    before = node.state
    node.happens(load)

    assert node.state.members == before.members
    requests_are_met(node)
