# SPDX-License-Identifier: Apache-2.0
"""Conditions of ManagedResources change their times with what they date."""

from datetime import UTC, datetime

from garden import switches

EARLY, LATE = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))


def test_nothing_changes_without_a_change() -> None:
    """The same verdicts later leave the conditions as they are."""
    first = switches.merge([], switches.applied(switches.Switches()), EARLY)

    assert switches.merge(first, switches.applied(switches.Switches()), LATE) == first


def test_transition_time_stays_while_the_status_does() -> None:
    """Another message is an update, no transition."""
    verdicts = [switches.not_applied("ApplyFailed", words, new=False) for words in ("a", "b")]
    first = switches.merge([], verdicts[0], EARLY)
    (second,) = switches.merge(first, verdicts[1], LATE)

    assert second["lastTransitionTime"] == "2026-01-01T00:00:00Z"
    assert second["lastUpdateTime"] == "2026-01-02T00:00:00Z"


def test_later_rules_win() -> None:
    """Rules apply by pattern and class, the last one that says something counts."""
    rules = [
        switches.Rule("*", "*", "", {"down": True, "failing": "all"}),
        switches.Rule("shoot--test--a*", "*", "", {"down": False}),
        switches.Rule("*", "*", "seed", {"unhealthy": "seed"}),
    ]

    assert switches.of(rules, "shoot--test--a1", "x", "") == switches.Switches(failing="all")
    assert switches.of(rules, "shoot--test--b", "x", "").down
    assert switches.of(rules, "garden", "x", "seed") == switches.Switches(unhealthy="seed")
