# SPDX-License-Identifier: Apache-2.0
"""Adjustments count for all containers or for none, and can be taken back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from unit.resmgr.engine import toy

from resmgr.adjustments import read
from resmgr.config import annotation_keys
from resmgr.engine import adjusting, engine, events
from resmgr.engine.asked import Asked
from resmgr.intents import SetCpuset, SetTopTierLimit
from resmgr.model import Qos, Requirements
from resmgr.policy.interface import Step, Subject
from resmgr.state import replay
from resmgr.state.changes import PutAdjustments, Saved

EMPTY = events.Synchronised((), ())
KEY = "uid-1:main"


class Following(toy.OneEach):
    """Remembers what containers ask for when they are placed and when it is asked to follow."""

    def allocate(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Place, and remember."""
        asked.append(subject.container.requirements.cpu_request)
        return super().allocate(state, subject)

    def update(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Follow, and remember."""
        asked.append(subject.container.requirements.cpu_request)
        return super().update(state, subject)


asked: list[int | None] = []


def adjustments(**specs: Any) -> str:
    """Write adjustments as the node agent does."""
    return json.dumps(specs)


def cpu(amount: str) -> dict[str, Any]:
    """Write what asks for an amount of CPU."""
    return {"resources": {"requests": {"cpu": amount}}}


def made(saved: Saved | None = None, qos: Qos = Qos.GUARANTEED) -> engine.Engine:
    """Make an engine with a running container `main` that asks for nothing."""
    asked.clear()
    found = engine.Engine(Following(), saved or Saved())
    found.start(EMPTY)
    found.handle(events.PodStarted(replace(toy.POD, qos=qos)))
    found.handle(toy.creating("main"))
    found.handle(events.ContainerCreated(KEY, "c1"))
    found.handle(events.ContainerStarted("c1"))
    asked.clear()
    return found


def requirements(of: engine.Engine) -> Requirements:
    """Give what policies are told that the container asks for."""
    return of.ledger.subject(of.ledger.containers[KEY]).container.requirements


def test_a_running_container_follows() -> None:
    """The policy places it anew at once."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))

    assert asked == [750, 750]  # rehearsed, then done
    assert requirements(one).cpu_request == 750


def test_what_a_container_asks_for_itself_stays_known() -> None:
    """So a removal restores it."""
    one = made()
    own = one.ledger.containers[KEY].requirements
    one.adjust(adjustments(a=cpu("750m")))

    assert one.ledger.containers[KEY].requirements == own

    one.adjust("{}")

    assert requirements(one) == own


def test_the_same_once_more_asks_nobody() -> None:
    """Node agents repeat themselves."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))
    asked.clear()
    one.adjust(adjustments(a=cpu("750m")))

    assert asked == []


def test_a_new_container_is_adjusted_when_it_is_placed() -> None:
    """Its adjustment is found then."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))
    asked.clear()
    one.handle(toy.creating("other"))

    assert asked == [750]


def test_what_cannot_be_met_changes_nothing() -> None:
    """It is told by the container's id."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))
    with pytest.raises(adjusting.Refused) as caught:
        one.adjust(adjustments(a=cpu("2")))

    assert caught.value.errors == {"c1": "cannot adjust main: only one CPU each"}
    assert requirements(one).cpu_request == 750


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (adjustments(a=cpu("750m"), b=cpu("1")), "c1"),
        (adjustments(a={"toptierLimit": "-1"}), "a"),
    ],
)
def test_what_is_wrong_changes_nothing(text: str, key: str) -> None:
    """Conflicts are told by the container, mistakes by the adjustment."""
    one = made()
    one.adjust(adjustments(a=cpu("500m")))
    with pytest.raises(adjusting.Refused) as caught:
        one.adjust(text)

    assert list(caught.value.errors) == [key]
    assert requirements(one).cpu_request == 500


def test_resources_of_best_effort_containers_stay() -> None:
    """They would be none any more."""
    with pytest.raises(adjusting.Refused, match="BestEffort"):
        made(qos=Qos.BEST_EFFORT).adjust(adjustments(a=cpu("1")))


def test_what_is_no_set_is_unreadable() -> None:
    """Nothing changes."""
    with pytest.raises(read.Unreadable):
        made().adjust("[]")


def test_they_count_after_a_restart() -> None:
    """Until the node agent comes with new ones."""
    one = made()
    outcome = one.adjust(adjustments(a=cpu("750m")))
    saved = replay.apply(Saved(), outcome.changes)
    again = made(saved)

    assert requirements(again).cpu_request == 750


def test_none_are_forgotten() -> None:
    """A restart begins without any."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))
    outcome = one.adjust("{}")

    assert PutAdjustments("") in outcome.changes


def test_adjustments_that_nobody_takes_any_more_are_passed_over() -> None:
    """What a former version kept must not keep this one from starting."""
    assert made(Saved(adjustments="what?")).ledger.wanted == ()


def test_a_conflict_at_creation_is_told() -> None:
    """The container is made without any."""
    one = made()
    scope = [{"containers": [{"key": "name", "operator": "Equals", "values": ["other"]}]}]
    one.adjust(adjustments(a={"scope": scope}, b={"scope": scope}))
    outcome = one.handle(toy.creating("other"))

    assert "conflicting adjustments" in outcome.reasons[-1].text
    assert outcome.refusal is None


def test_a_limit_of_top_tier_memory_comes_and_goes() -> None:
    """Where an annotation states none, it is unset."""
    one = made()
    set_it = one.adjust(adjustments(a={"toptierLimit": "1Mi"}))
    take_it = one.adjust("{}")

    assert set_it.intents == (SetTopTierLimit(KEY, 1 << 20),)
    assert take_it.intents == (SetTopTierLimit(KEY, -1),)


def test_a_container_that_goes_takes_its_adjustment_along() -> None:
    """Nothing is left of it."""
    one = made()
    one.adjust(adjustments(a=cpu("750m")))
    one.handle(events.ContainerRemoved("c1"))

    assert one.ledger.adjustments == {}


class Failing(Following):
    """Fails as no policy should."""

    def update(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Fail."""
        del state, subject
        raise ZeroDivisionError

    def export(self, state: toy.Given, cache_id: str) -> dict[str, str]:
        """Fail, too."""
        del state, cache_id
        raise ZeroDivisionError


def test_a_policy_that_fails_changes_nothing() -> None:
    """Whoever has written the adjustment is told, and nothing is tried again and again."""
    one = made()
    one.policy = Failing()
    before = requirements(one)
    with pytest.raises(adjusting.Refused) as refused:
        one.adjust(adjustments(a=cpu("750m")))

    assert "failed at main: ZeroDivisionError" in refused.value.errors["c1"]
    assert (requirements(one), one.ledger.wanted) == (before, ())


class Moving(Following):
    """Moves whom it is asked to follow, and then cannot tell."""

    def update(self, state: toy.Given, subject: Subject) -> Step[toy.Given]:
        """Give another CPU."""
        key = subject.container.cache_id
        return Step({**state, key: 3}, (SetCpuset(key, 0b1000),))

    def export(self, state: toy.Given, cache_id: str) -> dict[str, str]:
        """Fail."""
        del state, cache_id
        raise ZeroDivisionError


def test_what_fails_late_changes_nothing_either() -> None:
    """Also when a container that asks for it cannot be told of its CPUs."""
    one = made()
    one.ledger.asked[KEY] = Asked(exports=frozenset({annotation_keys.FILE}))
    one.policy = Moving()
    containers, state = dict(one.ledger.containers), one.policy_state
    with pytest.raises(adjusting.Refused, match="ZeroDivisionError"):
        one.adjust(adjustments(a=cpu("750m")))

    assert one.ledger.containers == containers
    assert one.policy_state is state
    assert (one.ledger.wanted, one.ledger.adjustments) == ((), {})
