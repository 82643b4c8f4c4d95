# SPDX-License-Identifier: Apache-2.0
"""Conditions: what they say in each state, and when they changed."""

import pytest
from unit.agent.core import books

from agent.core import conditions


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing is known", ("Unknown", "Waiting")),
        ("waiting", ("Unknown", "Waiting")),
        ("taken", ("True", "Applied")),
        ("refused", ("False", "Refused")),
        ("unreached", ("False", "DaemonUnreachable")),
        ("no ConfigMap", ("True", "NoConfigMap")),
    ],
)
def test_the_configuration(name: str, expected: tuple[str, str]) -> None:
    """Each state has a reason of its own that never changes its name."""
    found = next(
        one for one in conditions.of(books.of(name)) if one["type"] == conditions.CONFIGURATION
    )

    assert (found["status"], found["reason"]) == expected
    assert found["message"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing is known", ("Unknown", "Waiting")),
        ("no Adjustments", ("True", "NoAdjustments")),
        ("Adjustments taken", ("True", "Applied")),
        ("Adjustments refused", ("False", "Refused")),
    ],
)
def test_adjustments(name: str, expected: tuple[str, str]) -> None:
    """Likewise; what is wrong is listed by name."""
    found = next(
        one for one in conditions.of(books.of(name)) if one["type"] == conditions.ADJUSTMENTS
    )

    assert (found["status"], found["reason"]) == expected
    assert ("a: bad" in found["message"]) == (expected[1] == "Refused")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing is known", ("False", "NoDaemon")),
        ("taken", ("True", "Connected")),
        ("lost", ("False", "ConnectionLost")),
    ],
)
def test_the_daemon(name: str, expected: tuple[str, str]) -> None:
    """One that never was there is told from one that went away."""
    found = next(one for one in conditions.of(books.of(name)) if one["type"] == conditions.DAEMON)

    assert (found["status"], found["reason"]) == expected


def test_times_change_with_the_status() -> None:
    """And only then: a reason may change without."""
    before = [
        {"type": "A", "status": "True", "lastTransitionTime": "then"},
        {"type": "B", "status": "False", "lastTransitionTime": "then"},
    ]
    given = [{"type": name, "status": "True", "reason": "R"} for name in ("A", "B", "C")]
    dated = conditions.dated(given, before, 7, "now")

    assert [one["lastTransitionTime"] for one in dated] == ["then", "now", "now"]
    assert {one["observedGeneration"] for one in dated} == {7}


def test_a_message_is_bounded() -> None:
    """The API server would refuse the whole status."""
    found = conditions.of(books.of("refused", error="x" * 100_000))

    assert max(len(one["message"]) for one in found) == conditions.LONGEST
