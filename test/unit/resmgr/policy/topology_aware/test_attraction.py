# SPDX-License-Identifier: Apache-2.0
"""Affinities and pools."""

import pytest
from unit.resmgr.policy.topology_aware import made

from resmgr.policy.interface import CannotAllocate, Subject
from resmgr.policy.topology_aware import attraction
from resmgr.policy.topology_aware import state as states
from resmgr.policy.topology_aware.grants import AVX512, Grant
from resmgr.policy.topology_aware.options import Options
from resmgr.policy.topology_aware.state import State

PLAIN = Options()


def having(**subjects: tuple[Subject, int]) -> State:
    """Containers that have CPUs from pools."""
    state = states.empty(made.pools())
    for name, (subject, pool) in subjects.items():
        state = state.giving(name, Grant(subject, pool))
    return state


def test_without_a_wish_nothing_weighs() -> None:
    """However many containers there are."""
    others = having(a=(made.subject("a"), 1), b=(made.subject("b"), 2))

    assert attraction.weights(made.subject("x"), others, PLAIN) == {}


def test_stated_affinities_weigh_by_pool() -> None:
    """Weights of containers of one pool add up; a container does not draw itself."""
    said = {
        f"{made.DOMAIN}/affinity": "x: [{scope: {key: name, operator: Exists}, "
        "match: {key: name, operator: Exists}, weight: 4}]"
    }
    others = having(
        a=(made.subject("a"), 1),
        b=(made.subject("b"), 1),
        c=(made.subject("c"), 2),
        x=(made.subject("x"), 3),
    )

    assert attraction.weights(made.subject("x", said=said), others, PLAIN) == {1: 8, 2: 4}


def test_a_wrong_affinity_is_refused() -> None:
    """With what is wrong."""
    subject = made.subject("x", said={f"{made.DOMAIN}/affinity": "x: 3"})

    with pytest.raises(CannotAllocate, match="x: expected a list"):
        attraction.weights(subject, having(), PLAIN)


def test_avx512_keeps_to_itself() -> None:
    """Whoever uses it is drawn to others that do, everybody else is driven away."""
    tags = {AVX512: "true"}
    others = having(a=(made.subject("a", tags=tags), 1), b=(made.subject("b"), 2))

    assert attraction.weights(made.subject("x", tags=tags), others, PLAIN) == {1: 5}
    assert attraction.weights(made.subject("x"), others, PLAIN) == {1: -5}
    assert attraction.weights(made.subject("a", tags=tags), others, PLAIN) == {}
    assert attraction.weights(made.subject("x"), others.taking("a"), PLAIN) == {}


def test_pods_and_namespaces_keep_together_if_so_configured() -> None:
    """But not a container that states affinities of its own."""
    others = having(
        a=(made.subject("a", pod="p"), 1),
        b=(made.subject("b", namespace="other"), 2),
        c=(made.subject("c", pod="p", namespace="other"), 3),
    )
    subject = made.subject("x", pod="p")
    stated = made.subject("x", pod="p", said={f"{made.DOMAIN}/affinity": "x: [z]"})

    assert attraction.weights(subject, others, Options(colocate_pods=True)) == {1: 10}
    assert attraction.weights(subject, others, Options(colocate_namespaces=True)) == {1: 10}
    assert attraction.weights(stated, others, Options(colocate_pods=True)) == {}


def test_weights_fade_with_distance() -> None:
    """Upward and downward, not to the side."""
    pools = made.pools()

    assert attraction.spread(pools, {0: 16}) == (16, 0, 12, 0, 0, 0, 9)
    assert attraction.spread(pools, {2: 16}) == (12, 12, 16, 0, 0, 0, 12)
    assert attraction.spread(pools, {6: 16}) == (9, 9, 12, 9, 9, 12, 16)
    assert attraction.spread(pools, {}) == (0,) * 7
