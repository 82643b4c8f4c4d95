# SPDX-License-Identifier: Apache-2.0
"""Shoot care: what becomes of conditions, ManagedResources and the heartbeat."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from garden import care

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def extension(status: str, kind: str = "SystemComponentsHealthy") -> dict[str, Any]:
    """Build an Extension with one condition."""
    condition = {"type": kind, "status": status, "reason": "R", "message": "node a", "codes": ["C"]}
    return {"spec": {"type": "x"}, "status": {"conditions": [condition]}}


def resource(class_: str = "", label: str = "", **conditions: str) -> dict[str, Any]:
    """Build a ManagedResource: good but for the conditions given as type=status."""
    states = {"ResourcesApplied": "True", "ResourcesHealthy": "True"} | conditions
    labels = {care.CONDITION_TYPE_LABEL: label} if label else {}
    return {
        "metadata": {"name": "mr", "generation": 1, "labels": labels},
        "spec": {"class": class_} if class_ else {},
        "status": {
            "observedGeneration": 1,
            "conditions": [
                {"type": kind, "status": status, "reason": f"Of{kind}", "message": "m"}
                for kind, status in states.items()
            ],
        },
    }


def judge(*objects: dict[str, Any], heartbeat: timedelta | None = timedelta()) -> dict[str, Any]:
    """Evaluate Extensions and ManagedResources with a heartbeat of some age."""
    return care.conditions(
        [obj for obj in objects if "metadata" not in obj],
        [obj for obj in objects if "metadata" in obj],
        heartbeat=None if heartbeat is None else NOW - heartbeat,
        now=NOW,
    )


def test_all_is_healthy_when_nothing_is_bad() -> None:
    """Good conditions and resources make every Shoot condition True."""
    verdicts = judge(extension("True"), resource(), resource("seed"))

    assert {verdict.status for verdict in verdicts.values()} == {"True"}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("False", "ExtensionUnhealthyReport"),
        ("Unknown", "ExtensionUnhealthyReport"),
        ("Progressing", "ExtensionR"),
    ],
)
def test_extension_condition_is_passed_on(status: str, reason: str) -> None:
    """What an extension says arrives with message and codes."""
    found = judge(extension(status))["SystemComponentsHealthy"]

    assert found.reason == reason
    assert "node a" in found.message
    assert found.codes == ("C",)


@pytest.mark.parametrize("age", [None, timedelta(minutes=5, seconds=1)])
def test_dead_heartbeat_makes_a_condition_unknown(age: timedelta | None) -> None:
    """A Lease that is missing or older than five minutes takes the word from the extension."""
    found = judge(extension("True"), heartbeat=age)["SystemComponentsHealthy"]

    assert (found.status, found.reason) == ("Unknown", "ExtensionOutdatedHealthCheckReport")


def test_heartbeat_is_not_looked_at_without_conditions() -> None:
    """An extension that reports no health needs no heartbeat."""
    verdicts = judge({"spec": {"type": "x"}}, heartbeat=None)

    assert {verdict.status for verdict in verdicts.values()} == {"True"}


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (resource(ResourcesHealthy="False"), "SystemComponentsHealthy"),
        (resource("seed", ResourcesHealthy="False"), "ControlPlaneHealthy"),
        (
            resource("seed", "ObservabilityComponentsHealthy", ResourcesApplied="False"),
            "ObservabilityComponentsHealthy",
        ),
    ],
)
def test_managed_resource_counts_for_one_condition(bad: dict[str, Any], kind: str) -> None:
    """Class or label decide which Shoot condition a bad ManagedResource spoils."""
    spoiled = {each for each, verdict in judge(bad).items() if verdict.status == "False"}

    assert spoiled == {kind}
