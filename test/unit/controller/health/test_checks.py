# SPDX-License-Identifier: Apache-2.0
"""What one ManagedResource and the nodes of a shoot say."""

from typing import Any

import pytest
from unit.controller.health import shoots

from controller import observed
from controller.health import checks
from controller.health.conditions import CheckResult, Outcome

FINE = CheckResult(Outcome.SUCCESSFUL)


def test_healthy() -> None:
    """Applied, healthy, rolled out and observed is fine."""
    assert checks.managed_resource(shoots.NODE, shoots.make_resource(), 300) == FINE


def test_missing() -> None:
    """A ManagedResource that does not exist is a failure, not an unknown (HC-3)."""
    result = checks.managed_resource(shoots.NODE, None, 300)

    assert result == CheckResult(Outcome.FAILED, f"ManagedResource {shoots.NODE} does not exist")


def test_not_observed() -> None:
    """What nobody has looked at since its last change is a failure."""
    result = checks.managed_resource(shoots.NODE, shoots.make_resource(generation=2), 300)

    assert result.outcome is Outcome.FAILED
    assert "generation 2, observed 1" in result.detail


@pytest.mark.parametrize("condition", ["ResourcesApplied", "ResourcesHealthy"])
@pytest.mark.parametrize("status", ["False", "Unknown", "Progressing"])
def test_bad_condition(condition: str, status: str) -> None:
    """Anything but True is a failure and is told with its reason and message."""
    changed: dict[str, Any] = {condition: status}
    found = shoots.make_resource(message="the pod is away", **changed)

    result = checks.managed_resource(shoots.NODE, found, 300)

    assert result.outcome is Outcome.FAILED
    assert result.codes == ()
    assert result.detail == (
        f"ManagedResource {shoots.NODE}: {condition} is {status} (SomeReason): the pod is away"
    )


def test_missing_condition() -> None:
    """A condition that is not there is a failure that says so."""
    found = shoots.make_resource(ResourcesHealthy="")

    result = checks.managed_resource(shoots.NODE, found, 300)

    assert result.outcome is Outcome.FAILED
    assert "has not reported it" in result.detail


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        (
            'error during apply of object "apps/v1/DaemonSet/a":\nDaemonSet "a" is invalid: spec',
            ("ERR_CONFIGURATION_PROBLEM",),
        ),
        ("error during apply of object a: the server is away", ()),
        ("a is invalid: spec", ()),
    ],
)
def test_invalid_object(message: str, codes: tuple[str, ...]) -> None:
    """An object that the shoot's API server calls invalid is a configuration problem."""
    found = shoots.make_resource(message=message, ResourcesApplied="False")

    assert checks.managed_resource(shoots.NODE, found, 300).codes == codes


def test_rolling() -> None:
    """A roll-out is progress with a threshold."""
    found = shoots.make_resource(ResourcesProgressing="True", message="1 of 3 pods")

    result = checks.managed_resource(shoots.NODE, found, 300)

    assert (result.outcome, result.threshold) == (Outcome.PROGRESSING, 300)
    assert result.detail.endswith("is rolling out (SomeReason): 1 of 3 pods")


@pytest.mark.parametrize("status", ["False", "Unknown", ""])
def test_not_rolling(status: str) -> None:
    """Only True means that something rolls."""
    found = shoots.make_resource(ResourcesProgressing=status)

    assert checks.managed_resource(shoots.NODE, found, 300) == FINE


def test_no_report() -> None:
    """Without a report there is no complaint."""
    assert checks.nodes(None, 60) == FINE


def test_good_nodes() -> None:
    """Nodes that are served, or left out on purpose, are fine."""
    report = shoots.make_report(
        ("a", "active", ""), ("b", "disabled", "by hand"), ("c", "paused", "")
    )

    assert checks.nodes(report, 60) == FINE


def test_one_bad_node() -> None:
    """A node that was rolled back is named with its reason and given some time."""
    report = shoots.make_report(("a", "active", ""), ("b", "rolled-back", "gate failed"))

    assert checks.nodes(report, 60) == CheckResult(
        Outcome.PROGRESSING,
        "1 node is not served by the resource manager: b (rolled-back: gate failed)",
        threshold=60,
    )


def test_complaint_about_nodes() -> None:
    """A message about nodes can be told from others."""
    bad = checks.nodes(shoots.make_report(("b", "rolled-back", "")), 60)

    assert checks.about_nodes(f"1) {bad.detail}; 2) something else")
    assert not checks.about_nodes("something else")


def test_many_bad_nodes() -> None:
    """Three nodes are named, the others counted."""
    report = shoots.make_report(*((f"n{i}", "unsupported", "") for i in range(5)))

    assert checks.nodes(report, 60).detail == (
        "5 nodes are not served by the resource manager: "
        "n0 (unsupported), n1 (unsupported), n2 (unsupported) and 2 more"
    )


@pytest.mark.parametrize(
    ("found", "settled"),
    [
        (None, False),
        (shoots.make_resource(), True),
        (shoots.make_resource(generation=2), False),
        (shoots.make_resource(ResourcesApplied="Progressing"), False),
        (shoots.make_resource(ResourcesApplied=""), False),
        (shoots.make_resource(ResourcesApplied="False"), True),
        (shoots.make_resource(ResourcesApplied="False", ResourcesHealthy="Unknown"), True),
        (shoots.make_resource(ResourcesHealthy="Unknown"), False),
        (shoots.make_resource(ResourcesHealthy="False"), True),
    ],
)
def test_settled(found: observed.ManagedResource | None, settled: bool) -> None:  # noqa: FBT001
    """Settled is what has been applied or refused, and judged."""
    assert checks.settled(found) is settled
