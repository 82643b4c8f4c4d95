# SPDX-License-Identifier: Apache-2.0
"""From what is known about a shoot to the conditions of its Extension."""

from dataclasses import replace
from typing import Any

import pytest
from unit.controller.health import shoots
from unit.controller.health.judging import (
    ASLEEP,
    BAD_NODE,
    BOTH_TRUE,
    CONFIG,
    FINE,
    facts,
    judged,
)

from controller import cluster, extension, settings
from controller.health import checks, evaluate


def test_all_fine() -> None:
    """Where everything is as it was, nothing is written, and the next look comes in time."""
    assert evaluate.evaluate(facts(), CONFIG, shoots.NOW) == evaluate.Evaluation(None, again=True)


def test_first_conditions() -> None:
    """The first time both conditions appear at once (HC-1, HC-2)."""
    known = facts(shoots.make_extension())

    assert judged(known) == {shoots.SYSTEM: FINE, shoots.OBSERVABILITY: FINE}


@pytest.mark.parametrize(
    ("metadata", "operation"),
    [
        ({"deletionTimestamp": shoots.stamp(0)}, {}),
        ({"annotations": {"gardener.cloud/operation": "migrate"}}, {}),
        ({}, {"type": "Migrate"}),
        ({}, {"type": "Migrate", "state": "Processing"}),
    ],
)
def test_no_check_on_the_way_out(metadata: dict[str, Any], operation: dict[str, Any]) -> None:
    """While the object is deleted or migrated its conditions are left alone."""
    ext = shoots.make_extension(operation=operation, **metadata)

    result = evaluate.evaluate(facts(ext, node=None), CONFIG, shoots.NOW)
    assert result == evaluate.Evaluation(None, again=False)


def test_no_check_before_an_operation() -> None:
    """Before the first operation there is nothing to be healthy."""
    raw = shoots.raw_extension()
    del raw["status"]["lastOperation"]

    result = evaluate.evaluate(facts(extension.parse(raw)), CONFIG, shoots.NOW)
    assert result == evaluate.Evaluation(None, again=False)


def test_foreign_object() -> None:
    """Objects of other types and classes are none of our business (EXT-2)."""
    raw = shoots.raw_extension()
    raw["spec"]["class"] = "seed"

    assert judged(facts(extension.parse(raw))) is None


def test_unknown_cluster() -> None:
    """Without its Cluster nothing is known about a shoot; it is looked at again."""
    known = replace(facts(shoots.make_extension()), cluster=None)

    result = evaluate.evaluate(known, CONFIG, shoots.NOW)
    assert result == evaluate.Evaluation(None, again=True)


def test_outcome_of_the_operation_does_not_matter() -> None:
    """Health is judged also where the last operation failed."""
    ext = shoots.make_extension(operation={"state": "Error"})

    assert judged(facts(ext)) == {shoots.SYSTEM: FINE, shoots.OBSERVABILITY: FINE}


@pytest.mark.parametrize("before", [[], [shoots.condition(status="False")]])
def test_hibernated(before: list[dict[str, Any]]) -> None:
    """A hibernated shoot is healthy without any check and not looked at until news (CLU-1)."""
    known = facts(
        shoots.make_extension(conditions=before),
        shoot=shoots.make_cluster(hibernated=True),
        node=None,
        monitoring=None,
        report=BAD_NODE,
    )

    assert judged(known) == {shoots.SYSTEM: ASLEEP, shoots.OBSERVABILITY: ASLEEP}
    assert not evaluate.evaluate(known, CONFIG, shoots.NOW).again


def test_awake_again() -> None:
    """After hibernation the checks count again."""
    asleep = [shoots.condition(message="Shoot is hibernated")]
    known = facts(shoots.make_extension(conditions=asleep), node=None)

    found = judged(known)
    assert found is not None
    assert found[shoots.SYSTEM][0] == "False"


def test_workerless() -> None:
    """A shoot without workers has no ManagedResources to miss (CLU-4)."""
    known = facts(
        shoots.make_extension(), shoot=shoots.make_cluster(workers=0), node=None, monitoring=None
    )

    assert judged(known) == {shoots.SYSTEM: FINE}


def test_missing_resource() -> None:
    """A shoot without its ManagedResource after a success is unhealthy (HC-3)."""
    found = judged(facts(node=None))

    assert found is not None
    assert found[shoots.SYSTEM] == ("False", f"ManagedResource {shoots.NODE} does not exist")
    assert found[shoots.OBSERVABILITY] == FINE


def test_each_condition_has_its_resource() -> None:
    """Bad monitoring is no matter of the system components (HC-2)."""
    monitoring = shoots.make_resource(shoots.MONITORING, ResourcesHealthy="False")

    found = judged(facts(monitoring=monitoring))
    assert found is not None
    assert found[shoots.SYSTEM] == FINE
    assert found[shoots.OBSERVABILITY][0] == "False"


@pytest.mark.parametrize(
    ("config", "shoot"),
    [
        (replace(CONFIG, monitoring=settings.Monitoring(enabled=False)), shoots.make_cluster()),
        (CONFIG, shoots.make_cluster(purpose="testing")),
    ],
)
def test_no_monitoring(config: settings.Settings, shoot: cluster.Cluster) -> None:
    """Without monitoring its condition goes away, and is not made in the first place."""
    assert judged(facts(shoot=shoot), config) == {shoots.SYSTEM: FINE}
    assert judged(facts(shoots.make_extension(), shoot=shoot), config) == {shoots.SYSTEM: FINE}


def test_conditions_of_others() -> None:
    """What others have put into the list stays where it is."""
    other = shoots.condition("SomebodyElse", "False", message="theirs")
    ext = shoots.make_extension(conditions=[other, shoots.condition()])

    found = evaluate.evaluate(facts(ext), CONFIG, shoots.NOW).conditions
    assert found is not None
    assert [item["type"] for item in found] == [
        "SomebodyElse",
        shoots.SYSTEM,
        shoots.OBSERVABILITY,
    ]
    assert found[0] is other


def test_rolling() -> None:
    """A roll-out is Progressing for five minutes and then a failure (HC-1)."""
    rolling = shoots.make_resource(ResourcesProgressing="True")
    begun = [
        shoots.condition(
            status="Progressing",
            reason="HealthCheckProgressing",
            message=f"ManagedResource {shoots.NODE} is rolling out",
        )
        | {"lastTransitionTime": shoots.stamp(0)},
        shoots.condition(shoots.OBSERVABILITY),
    ]
    known = facts(shoots.make_extension(conditions=begun), node=rolling)

    first = judged(facts(node=rolling))
    assert first is not None
    assert first[shoots.SYSTEM][0] == "Progressing"
    assert judged(known, seconds=300) is None
    late = judged(known, seconds=301)
    assert late is not None
    assert late[shoots.SYSTEM][0] == "False"


def test_rolled_back_node() -> None:
    """A node that was rolled back is a failure after a minute, with name and reason."""
    first = judged(facts(report=BAD_NODE))
    assert first is not None
    assert first[shoots.SYSTEM][0] == "Progressing"

    begun = [
        shoots.condition(status="Progressing", message=first[shoots.SYSTEM][1], since=0),
        shoots.condition(shoots.OBSERVABILITY),
    ]
    late = judged(facts(shoots.make_extension(conditions=begun), report=BAD_NODE), seconds=61)
    assert late is not None
    assert late[shoots.SYSTEM][0] == "False"
    assert "n1 (rolled-back: gate failed)" in late[shoots.SYSTEM][1]


def test_node_reports_switched_off() -> None:
    """With node reports off nobody looks at them."""
    config = replace(CONFIG, node_report=settings.NodeReport(enabled=False))

    assert judged(facts(report=BAD_NODE), config) is None


def test_restart_with_a_bad_node() -> None:
    """After a restart a failure is not taken back before the nodes have been asked."""
    message = checks.nodes(BAD_NODE, 60).detail
    failed = [shoots.condition(status="False", message=message), BOTH_TRUE[1]]
    known = facts(shoots.make_extension(conditions=failed), pending=True)

    assert judged(known) is None
    found = judged(replace(known, report_pending=False))
    assert found is not None
    assert found[shoots.SYSTEM] == FINE


def test_recovery_does_not_wait_for_nodes() -> None:
    """A failure that was no node's is over when its cause is, whether nodes were asked or not."""
    failed = [shoots.condition(status="False", message="a pod is away"), BOTH_TRUE[1]]
    found = judged(facts(shoots.make_extension(conditions=failed), pending=True))

    assert found is not None
    assert found[shoots.SYSTEM] == FINE


def test_restart_with_other_news() -> None:
    """While the nodes have not been asked, failures of the checks are told all the same."""
    message = checks.nodes(BAD_NODE, 60).detail
    failed = [shoots.condition(status="False", message=message), BOTH_TRUE[1]]
    known = facts(shoots.make_extension(conditions=failed), node=None, pending=True)

    found = judged(known)
    assert found is not None
    assert "does not exist" in found[shoots.SYSTEM][1]
