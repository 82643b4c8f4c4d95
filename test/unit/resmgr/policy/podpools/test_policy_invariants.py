# SPDX-License-Identifier: Apache-2.0
"""What holds for the policy of pod pools whatever happens, beside what holds for all policies."""

import hypothesis
from unit.resmgr.policy import properties
from unit.resmgr.policy.playbook import Event, Restart
from unit.resmgr.policy.podpools.world import WORLD, podpools

quick = hypothesis.settings(deadline=None, max_examples=40)


@quick
@hypothesis.given(WORLD.makes)
def test_pools_share_no_cpu(make: properties.Make) -> None:
    """But for the default one, which may have the reserved ones; together they have all."""
    node = properties.play(make, [])
    layout, taken = podpools(node).layout, 0
    for pool in layout.pools:
        shares = pool.definition == "default" and pool.cpus == layout.pools[0].cpus
        assert pool.cpus
        assert shares or not pool.cpus & taken
        taken |= pool.cpus

    assert taken == node.machine.online


@quick
@hypothesis.given(WORLD.makes, WORLD.makes, WORLD.events())
def test_other_pools_are_taken_over(
    old: properties.Make, new: properties.Make, events: list[Event]
) -> None:
    """Whatever the pools were, all that run are in some pool of the new ones, and no one else."""
    before = properties.play(old, events)
    node = properties.play(new, [])
    node.subjects = before.subjects
    node.happens(Restart(saved=before.kept))

    assert node.refusal is None
    assert set(node.state.members) == set(before.subjects)
