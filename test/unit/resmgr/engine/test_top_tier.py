# SPDX-License-Identifier: Apache-2.0
"""Limits of top-tier memory."""

from dataclasses import replace

from unit.resmgr.engine import toy

from resmgr.config.annotation_keys import TOP_TIER_LIMIT
from resmgr.engine import events, top_tier
from resmgr.engine.engine import Engine
from resmgr.intents import SetTopTierLimit
from resmgr.state.changes import Saved

KEY = "uid-1:main"


def engine(**annotations: str) -> Engine:
    """Make an engine that knows a pod with these annotations."""
    made = Engine(toy.OneEach(), Saved())
    made.start(events.Synchronised((), ()))
    made.handle(events.PodStarted(replace(toy.POD, annotations=annotations)))
    return made


def test_a_container_is_limited_once_it_runs() -> None:
    """Its cgroup is not there before."""
    made = engine(**{f"{TOP_TIER_LIMIT}/container.main": "3G"})
    created = made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))
    started = made.handle(events.ContainerStarted("c1"))

    assert not [one for one in created.intents if isinstance(one, SetTopTierLimit)]
    assert started.intents == (SetTopTierLimit(KEY, 3_000_000_000),)
    assert list(top_tier.everybodys(made.ledger)) == list(started.intents)


def test_a_container_without_a_limit_is_left_alone() -> None:
    """As most of them."""
    made = engine(**{f"{TOP_TIER_LIMIT}/container.other": "3G"})
    made.handle(toy.creating())
    made.handle(events.ContainerCreated(KEY, "c1"))

    assert made.handle(events.ContainerStarted("c1")).intents == ()


def test_a_limit_that_cannot_be_read_refuses_the_container() -> None:
    """Nothing is allocated for it (annotations, section 2.3)."""
    made = engine(**{TOP_TIER_LIMIT: "lots"})
    outcome = made.handle(toy.creating())

    assert outcome.refusal is not None
    assert "failed to parse top tier limit annotation 'lots'" in outcome.refusal.message
    assert made.ledger.containers == {}
    assert made.policy_state == {}


def test_one_that_runs_already_is_as_without_a_limit() -> None:
    """A container that the runtime has is never refused."""
    made = Engine(toy.OneEach(), Saved())
    made.start(events.Synchronised((), ()))
    pod = replace(toy.POD, annotations={TOP_TIER_LIMIT: "lots"})
    made.handle(events.Synchronised((pod,), (replace(toy.creating().container, id="c1"),)))

    assert list(top_tier.everybodys(made.ledger)) == []
