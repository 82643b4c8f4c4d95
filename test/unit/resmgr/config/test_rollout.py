# SPDX-License-Identifier: Apache-2.0
"""The part `rollout` of a providerConfig."""

from typing import Any

import pytest

from resmgr.config import problem, rollout


def _read(given: Any) -> tuple[rollout.Rollout, list[str]]:
    findings = problem.Findings()
    read = rollout.read(given, problem.Place("r", findings))
    return read, [str(found) for found in findings.problems()]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, rollout.Rollout("10%", (), 1, paused=False)),
        ({"maxUnavailable": 1}, rollout.Rollout(1)),
        ({"maxUnavailable": "1%"}, rollout.Rollout("1%")),
        ({"maxUnavailable": "100%"}, rollout.Rollout("100%")),
        ({"maxUnavailable": None, "paused": None}, rollout.Rollout()),
        (
            {"canaryPools": ["b", "a"], "maxRolledBack": 3, "paused": True},
            rollout.Rollout("10%", ("b", "a"), 3, paused=True),
        ),
    ],
)
def test_right_rollouts(given: Any, wanted: rollout.Rollout) -> None:
    """Numbers and percentages stay as given, the rest has its defaults."""
    assert _read(given) == (wanted, [])


@pytest.mark.parametrize(
    "value", [0, -1, True, 1.5, [], {}, 2**31, "0%", "101%", "10", "10 %", "-1%", "1.5%", "%", "٣%"]
)
def test_max_unavailable_is_at_least_1(value: Any) -> None:
    """Neither zero, nor beyond all, nor a number in quotes."""
    read, problems = _read({"maxUnavailable": value})

    assert read == rollout.Rollout()
    assert len(problems) == 1
    assert problems[0].startswith("r.maxUnavailable: ")
    assert problems[0].endswith("write a number of at least 1, or a percentage from 1% to 100%")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ([], "r: expected a mapping, got a list"),
        ({1: 2}, "r: expected text as a key, got a number"),
        ({"pausd": True}, "r.pausd: unknown key, did you mean paused"),
        ({"paused": "yes"}, "r.paused: expected true or false, got text"),
        ({"maxRolledBack": 0}, "r.maxRolledBack: 0 is not between 1 and 2147483647"),
        ({"maxRolledBack": "1"}, "r.maxRolledBack: expected a whole number, got text"),
        ({"canaryPools": "a"}, "r.canaryPools: expected a list of pool names, got text"),
    ],
)
def test_wrong_rollouts(given: Any, wrong: str) -> None:
    """One problem at its place; the defaults stand in."""
    assert _read(given) == (rollout.Rollout(), [wrong])
