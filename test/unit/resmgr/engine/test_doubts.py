# SPDX-License-Identifier: Apache-2.0
"""Warnings about annotations of pods."""

from dataclasses import replace

from unit.resmgr.engine import toy

from resmgr.config.annotation_keys import DOMAIN
from resmgr.engine import events
from resmgr.engine.engine import Engine
from resmgr.state.changes import Saved

POD = replace(toy.POD, annotations={f"rdtclas.{DOMAIN}/pod": "gold"})


def engine() -> Engine:
    """Make an engine at work."""
    made = Engine(toy.OneEach(), Saved())
    made.start(events.Synchronised((), ()))
    return made


def test_a_pod_is_told_once() -> None:
    """When it starts, not with each of its containers."""
    made = engine()
    started = made.handle(events.PodStarted(POD))
    created = made.handle(replace(toy.creating(), pod=POD))

    (reason,) = started.reasons
    assert reason.warning
    assert reason.container == "pod default/web"
    assert f"did you mean rdtclass.{DOMAIN}" in reason.text
    assert created.reasons == ()


def test_a_pod_that_was_not_seen_to_start_is_told_with_its_first_container() -> None:
    """Once as well."""
    made = engine()
    first = made.handle(replace(toy.creating(), pod=POD))
    second = made.handle(replace(toy.creating("other"), pod=POD))

    assert [reason.warning for reason in first.reasons] == [True]
    assert second.reasons == ()
