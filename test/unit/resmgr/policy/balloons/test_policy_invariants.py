# SPDX-License-Identifier: Apache-2.0
"""What holds for the policy of balloons whatever happens, beside what holds for all policies."""

from collections.abc import Mapping
from typing import Any

import hypothesis
import hypothesis.strategies as st
from unit.resmgr.policy import properties
from unit.resmgr.policy.balloons.world import CONFIGS, TREES, WORLD, made
from unit.resmgr.policy.playbook import Create, Event, Remove, Resize, Restart
from unit.resmgr.sysfs import trees

from resmgr.policy.balloons.choose import ANNOTATION

quick = hypothesis.settings(deadline=None, max_examples=60)


@quick
@hypothesis.given(
    WORLD.makes, WORLD.events(), st.sampled_from(properties.NAMES), st.integers(0, 6000)
)
def test_a_resize_keeps_what_it_can(
    make: properties.Make, events: list[Event], name: str, request: int
) -> None:
    """Who grows in its balloon loses no CPU, who shrinks gets none."""
    here = Create(name, cpu="1", annotations={ANNOTATION: "a"})
    node = properties.play(make, [*events, Remove(name), here])
    hypothesis.assume(name in node.state.places)
    old = node.state.of(name)
    node.happens(Resize(name, cpu=f"{request}m"))
    new = node.state.of(name)

    if old.name == new.name:
        assert old.cpus & new.cpus in (old.cpus, new.cpus)
    else:
        assert request > 1000


@quick
@hypothesis.given(st.sampled_from(TREES), CONFIGS, CONFIGS, WORLD.events())
def test_another_configuration_takes_all_over(
    tree: trees.Tree, old: Mapping[str, Any], new: Mapping[str, Any], events: list[Event]
) -> None:
    """Whatever it was before, all that run are in some balloon, and no one else."""
    before = properties.play(made(tree, old), events)
    node = properties.play(made(tree, new), [])
    node.subjects = dict(before.subjects)
    node.happens(Restart(saved=before.kept))

    assert node.refusal is None
    assert set(node.state.places) == set(before.state.places)
