# SPDX-License-Identifier: Apache-2.0
"""Which controllers run, and how seriously they are taken."""

import pytest

from resmgr.control import roster
from resmgr.control.roster import Mode, Roster


def settled(mode: Mode, why: str = "", before: Roster | None = None) -> Roster:
    """Settle one controller in a mode, on a machine with something missing or without."""
    return roster.settle(before or Roster(), {"x": mode}, {"x": lambda: why})


def test_before_the_first_configuration_nothing_runs() -> None:
    """Nor is anything taken seriously."""
    assert not Roster().runs("x")
    assert not Roster().serious("x")


@pytest.mark.parametrize("mode", [Mode.REQUIRED, Mode.OPTIONAL, Mode.RELAXED])
def test_what_is_wanted_and_can_run_runs(mode: Mode) -> None:
    """In each mode but disabled."""
    assert settled(mode).runs("x")


def test_what_is_not_mentioned_is_relaxed() -> None:
    """So it runs where it can."""
    found = roster.settle(Roster(), {}, {"x": lambda: ""})

    assert found.runs("x")
    assert not found.serious("x")


def test_what_is_disabled_is_not_even_looked_at() -> None:
    """Its hardware does not matter then."""

    def look() -> str:
        pytest.fail("looked at")

    assert not roster.settle(Roster(), {"x": Mode.DISABLED}, {"x": look}).runs("x")


def test_required_ones_that_cannot_run_refuse_the_configuration() -> None:
    """All of them are told at once."""
    with pytest.raises(roster.CannotRun) as caught:
        roster.settle(
            Roster(),
            {"a": Mode.REQUIRED, "b": Mode.REQUIRED, "c": Mode.RELAXED},
            {"c": lambda: "none", "b": lambda: "no b", "a": lambda: "no a"},
        )

    assert str(caught.value).splitlines() == [
        "controller a is required and cannot run: no a",
        "controller b is required and cannot run: no b",
    ]


@pytest.mark.parametrize("mode", [Mode.OPTIONAL, Mode.RELAXED])
def test_others_that_cannot_run_are_told_once(mode: Mode) -> None:
    """Again only when something else is missing."""
    first = settled(mode, "no hardware")
    again = settled(mode, "no hardware", first)
    other = settled(mode, "no driver", again)

    assert not first.runs("x")
    assert first.news(Roster()) == {"x": "controller x does not run: no hardware"}
    assert again.news(first) == {}
    assert other.news(again) == {"x": "controller x does not run: no driver"}


def test_optional_is_serious_until_the_next_configuration() -> None:
    """What fails right after the start is an error, later it is only told."""
    first = settled(Mode.OPTIONAL)
    second = settled(Mode.OPTIONAL, before=first)

    assert first.serious("x")
    assert not second.serious("x")


def test_required_is_always_serious_and_relaxed_never() -> None:
    """Whenever they were started."""
    assert settled(Mode.REQUIRED, before=settled(Mode.REQUIRED)).serious("x")
    assert not settled(Mode.RELAXED).serious("x")


def test_a_controller_that_was_disabled_starts_anew() -> None:
    """It is serious again then."""
    first = settled(Mode.OPTIONAL)
    off = settled(Mode.DISABLED, before=first)
    again = settled(Mode.OPTIONAL, before=off)

    assert not off.runs("x")
    assert again.serious("x")
