# SPDX-License-Identifier: Apache-2.0
"""What is to be done with a node, row by row."""

from pathlib import Path

import pytest

from installer import decide, plan, status
from installer.decide import Given, Kind, Rest, Run
from installer.facts import Facts
from installer.steps import interface

WANTED = interface.Wanted("1.0", "1.0-abc", Path("/bundle"), "2.28", {}, {})
LASTING = frozenset({"tree", "rescue", "configuration", "units", "relay", "endpoint"})
COMPLETE = Facts(done=LASTING | {"takeover"}, present=LASTING, key=True, on_relay=True)
ACTIVE = status.Status(state="active", version="1.0")


def test_a_bare_node_is_installed() -> None:
    """Every step, in order."""
    decision = decide.decide(Given(facts=Facts(), wanted=WANTED))

    assert isinstance(decision, Run)
    assert decision.kind is Kind.INSTALL
    assert [action.step for action in decision.actions] == list(plan.ORDER)


def test_a_complete_node_rests() -> None:
    """It is active, and the version is told."""
    decision = decide.decide(Given(facts=COMPLETE, wanted=WANTED, standing=ACTIVE))

    assert decision == Rest("active", "the kubelet is served by version 1.0")


@pytest.mark.parametrize(
    ("missing", "kind"),
    [("endpoint", Kind.REPAIR), ("relay", Kind.REPAIR), ("tree", Kind.INSTALL)],
)
def test_what_is_lost_is_repaired_and_what_is_new_is_installed(missing: str, kind: Kind) -> None:
    """Only something new asks others first."""
    facts = Facts(done=COMPLETE.done - {missing}, present=LASTING)
    decision = decide.decide(Given(facts=facts, wanted=WANTED, standing=ACTIVE))

    assert isinstance(decision, Run)
    assert decision.kind is kind


@pytest.mark.parametrize(("remove", "selected"), [(True, True), (True, None), (False, False)])
def test_a_node_that_is_not_wanted_is_cleaned(*, remove: bool, selected: bool | None) -> None:
    """The kubelet first; it needs no bundle, and a person's switch changes nothing."""
    facts = Facts(done=COMPLETE.done, present=LASTING, disabled=True, rescued="1 x")
    decision = decide.decide(Given(facts=facts, remove=remove, selected=selected))

    assert isinstance(decision, Run)
    assert decision.kind is Kind.REMOVE
    assert decision.actions[0] == plan.Revert("endpoint")


@pytest.mark.parametrize(("remove", "selected"), [(True, True), (True, None), (False, False)])
def test_a_clean_node_that_is_not_wanted_rests(*, remove: bool, selected: bool | None) -> None:
    """As if we had never been there."""
    assert decide.decide(
        Given(facts=Facts(), wanted=WANTED, remove=remove, selected=selected)
    ) == Rest("")


@pytest.mark.parametrize("patient", [True, False])
def test_unknown_labels_leave_a_clean_node_alone(*, patient: bool) -> None:
    """The pod is Ready at last, since a node must not stay closed for the API server's sake."""
    decision = decide.decide(Given(facts=Facts(), wanted=WANTED, selected=None, patient=patient))

    assert isinstance(decision, Rest)
    assert (decision.state, decision.ready) == ("", not patient)


def test_unknown_labels_keep_what_is_installed() -> None:
    """A node that has the relay keeps it."""
    decision = decide.decide(Given(facts=COMPLETE, wanted=WANTED, selected=None, standing=ACTIVE))

    assert isinstance(decision, Rest)
    assert decision.state == "active"


@pytest.mark.parametrize("wanted", [WANTED, None])
def test_a_person_switches_it_off(wanted: interface.Wanted | None) -> None:
    """The kubelet is led back, whatever else is true; then the node is disabled."""
    on = Facts(done=COMPLETE.done, present=LASTING, disabled=True)
    off = Facts(present=LASTING - {"endpoint"}, disabled=True)
    first = decide.decide(Given(facts=on, wanted=wanted, unwanted="x", retry=None))
    then = decide.decide(Given(facts=off, wanted=wanted, unwanted="x", retry=None))

    assert first == Run(Kind.DISABLE, (plan.Revert("endpoint"),))
    assert isinstance(then, Rest)
    assert (then.state, then.hint) == ("disabled", "rm /etc/cri-resmgr/disabled")


def test_a_failed_node_waits() -> None:
    """It tells what failed, and is not touched."""
    standing = status.Status(state="rolled-back", failures=1, last_error="no answer", hint="look")
    decision = decide.decide(Given(facts=Facts(), wanted=WANTED, standing=standing, retry=10.0))

    assert decision == Rest("rolled-back", "no answer", "look")


@pytest.mark.parametrize("on_relay", [True, False, None])
def test_what_the_rescue_has_begun_is_ended(*, on_relay: bool | None) -> None:
    """It was cut off, or systemd did not restart the kubelet; one that is on containerd is left."""
    facts = Facts(present=LASTING, rescued="1 it hangs", key=True, on_relay=on_relay)
    standing = status.Status(state="rolled-back", failures=1, last_error="it hangs")
    decision = decide.decide(Given(facts=facts, wanted=WANTED, standing=standing, retry=10.0))

    if on_relay:
        assert decision == Run(Kind.GIVE_BACK, (plan.Revert("endpoint"),))
    else:
        assert decision == Rest("rolled-back", "it hangs")


def test_failures_of_the_past_do_not_stop_repairs() -> None:
    """A node that came back is kept, though not all is forgotten yet."""
    standing = status.Status(state="active", failures=4)
    decision = decide.decide(Given(facts=COMPLETE, wanted=WANTED, standing=standing, retry=99.0))

    assert isinstance(decision, Rest)
    assert decision.state == "active"


def test_a_node_that_failed_too_often_is_given_up() -> None:
    """It tells that, too, and what would make it try again."""
    standing = status.Status(state="rolled-back", failures=5, last_error="no answer")
    decision = decide.decide(Given(facts=Facts(), wanted=WANTED, standing=standing, retry=None))

    assert isinstance(decision, Rest)
    assert decision.reason == "given up after 5 attempts: no answer"
    assert "pod is deleted" in decision.hint


def test_preflight_refuses() -> None:
    """A node that is not fit stays as it is."""
    decision = decide.decide(
        Given(facts=Facts(), wanted=WANTED, refusal="static CPU manager", refusal_hint="change it")
    )

    assert decision == Rest("unsupported", "static CPU manager", "change it")


def test_preflight_does_not_count_on_the_relay() -> None:
    """A node that is served is not thrown off."""
    decision = decide.decide(
        Given(facts=COMPLETE, wanted=WANTED, standing=ACTIVE, refusal="something")
    )

    assert isinstance(decision, Rest)
    assert decision.state == "active"


@pytest.mark.parametrize(
    ("facts", "standing", "state"),
    [
        (Facts(), status.Status(), "unsupported"),
        (COMPLETE, ACTIVE, "active"),
        (COMPLETE, status.Status(), "active"),
    ],
)
def test_a_bundle_that_is_not_whole(facts: Facts, standing: status.Status, state: str) -> None:
    """What is there stays; a bare node is told to be unsupported, with the reason."""
    decision = decide.decide(
        Given(facts=facts, wanted=None, unwanted="cannot use the bundle: x", standing=standing)
    )

    assert decision == Rest(state, "cannot use the bundle: x")
