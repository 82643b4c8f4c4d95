# SPDX-License-Identifier: Apache-2.0
"""From what is known about a shoot to the conditions of its Extension."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller.health import shoots

from controller import cluster, extension, node_report, observed, settings
from controller.health import checks, evaluate

CONFIG = settings.Settings()
BOTH_TRUE = [shoots.condition(shoots.SYSTEM), shoots.condition(shoots.OBSERVABILITY)]
BAD_NODE = shoots.make_report(("n1", "rolled-back", "gate failed"))


def facts(
    ext: extension.Extension | None = None,
    *,
    shoot: cluster.Cluster | None = None,
    node: observed.ManagedResource | None = shoots.make_resource(),  # noqa: B008 - immutable
    monitoring: observed.ManagedResource | None = shoots.make_resource(shoots.MONITORING),  # noqa: B008
    report: node_report.NodeReport | None = None,
    pending: bool = False,
) -> evaluate.Facts:
    """Give the facts of a shoot that is all fine, except for what is said."""
    return evaluate.Facts(
        extension=ext or shoots.make_extension(conditions=BOTH_TRUE),
        cluster=shoot or shoots.make_cluster(),
        node=node,
        monitoring=monitoring,
        report=report,
        report_pending=pending,
    )


def judged(
    known: evaluate.Facts, config: settings.Settings = CONFIG, seconds: float = 0
) -> dict[str, tuple[str, str]] | None:
    """Judge: condition type to status and message, `None` if nothing is to be written."""
    now = shoots.NOW + timedelta(seconds=seconds)
    result = evaluate.evaluate(known, config, now).conditions
    if result is None:
        return None
    return {item["type"]: (item["status"], item["message"]) for item in result}


def fresh(conditions: list[dict[str, Any]] | None = None, **operation: Any) -> extension.Extension:
    """Make an Extension whose last operation ended just now."""
    return shoots.make_extension(
        conditions=conditions, operation={"lastUpdateTime": shoots.stamp(0)} | operation
    )


FINE = ("True", "All health checks successful")
ASLEEP = ("True", "Shoot is hibernated")


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


ON_ITS_WAY = [
    None,
    shoots.make_resource(generation=2),
    shoots.make_resource(ResourcesApplied="", ResourcesHealthy="", ResourcesProgressing=""),
    shoots.make_resource(ResourcesApplied="Progressing"),
    shoots.make_resource(ResourcesHealthy="Unknown"),
]


@pytest.mark.parametrize("node", ON_ITS_WAY)
@pytest.mark.parametrize("state", ["Processing", "Succeeded"])
def test_first_conditions_wait(node: observed.ManagedResource | None, state: str) -> None:
    """Just after the creation nothing is said until the resource manager has had its say."""
    known = facts(fresh(state=state), node=node)

    assert judged(known, seconds=29) is None
    late = judged(known, seconds=30)
    assert late is not None
    assert late[shoots.SYSTEM][0] == "False"
    assert late[shoots.OBSERVABILITY] == FINE


@pytest.mark.parametrize("node", ON_ITS_WAY[1:])
def test_changes_wait(node: observed.ManagedResource) -> None:
    """Just after a change the condition stays until the resource manager has had its say."""
    known = facts(fresh(BOTH_TRUE), node=node)

    assert judged(known, seconds=29) is None
    late = judged(known, seconds=30)
    assert late is not None
    assert late[shoots.SYSTEM][0] == "False"


def test_bad_news_do_not_wait() -> None:
    """A refused or unhealthy ManagedResource is told at once, however new it is."""
    refused = shoots.make_resource(ResourcesApplied="False")
    unhealthy = shoots.make_resource(ResourcesHealthy="False")

    for bad in (refused, unhealthy):
        found = judged(facts(fresh(), node=bad))
        assert found is not None
        assert found[shoots.SYSTEM][0] == "False"


def test_other_condition_does_not_wait() -> None:
    """While one ManagedResource is on its way, news about the other are told."""
    monitoring = shoots.make_resource(shoots.MONITORING, ResourcesHealthy="False")
    known = facts(fresh(BOTH_TRUE), node=ON_ITS_WAY[1], monitoring=monitoring)

    found = judged(known)
    assert found is not None
    assert found[shoots.SYSTEM] == FINE
    assert found[shoots.OBSERVABILITY][0] == "False"


def test_an_operation_in_the_future_is_not_waited_for() -> None:
    """Some clock was wrong; for some seconds that may be, but not for an hour."""
    known = facts(fresh(), node=shoots.make_resource(generation=2))

    assert judged(known, seconds=-20) is None
    ahead = judged(known, seconds=-3600)
    assert ahead is not None
    assert ahead[shoots.SYSTEM][0] == "False"


def test_failed_operation_does_not_wait() -> None:
    """After a failed operation no news is on its way."""
    found = judged(facts(fresh(state="Error"), node=None))

    assert found is not None
    assert found[shoots.SYSTEM][0] == "False"


def test_lost_resource_does_not_wait() -> None:
    """A ManagedResource that was there and is gone after a success is missed at once (HC-3)."""
    found = judged(facts(fresh(BOTH_TRUE), node=None))

    assert found is not None
    assert found[shoots.SYSTEM][0] == "False"


@pytest.mark.parametrize(
    ("ext", "shoot", "wanted"),
    [
        (shoots.make_extension(), shoots.make_cluster(), True),
        (shoots.make_extension(), None, False),
        (shoots.make_extension(), shoots.make_cluster(hibernated=True), False),
        (shoots.make_extension(), shoots.make_cluster(workers=0), False),
        (shoots.make_extension(operation={"state": "Processing"}), shoots.make_cluster(), False),
        (shoots.make_extension(deletionTimestamp=shoots.stamp(0)), shoots.make_cluster(), False),
    ],
)
def test_who_is_asked_for_nodes(
    ext: extension.Extension,
    shoot: cluster.Cluster | None,
    wanted: bool,  # noqa: FBT001 - a table
) -> None:
    """Nodes are asked in shoots that are awake, have workers and are set up."""
    assert evaluate.wants_nodes(ext, shoot, CONFIG) is wanted


RESOURCES = st.one_of(
    st.none(),
    st.builds(
        shoots.make_resource,
        generation=st.integers(1, 2),
        message=st.sampled_from(["", "because"]),
        ResourcesApplied=st.sampled_from(["", "True", "False", "Progressing"]),
        ResourcesHealthy=st.sampled_from(["", "True", "False", "Unknown"]),
        ResourcesProgressing=st.sampled_from(["", "True", "False"]),
    ),
)
CONDITIONS = st.lists(
    st.builds(
        shoots.condition,
        st.sampled_from([shoots.SYSTEM, shoots.OBSERVABILITY, "SomebodyElse"]),
        st.sampled_from(["True", "False", "Unknown", "Progressing"]),
        since=st.integers(-1000, 0),
    ),
    max_size=3,
    unique_by=lambda item: str(item["type"]),
)
SHOOTS = st.builds(
    shoots.make_cluster,
    hibernated=st.booleans(),
    workers=st.integers(0, 1),
    purpose=st.sampled_from(["", "testing"]),
)


@given(
    CONDITIONS,
    RESOURCES,
    RESOURCES,
    SHOOTS,
    st.sampled_from([None, BAD_NODE]),
    st.sampled_from(["Processing", "Succeeded", "Error"]),
    st.integers(-60, 0),
)
def test_second_look(
    conditions: list[dict[str, Any]],
    node: observed.ManagedResource | None,
    monitoring: observed.ManagedResource | None,
    shoot: cluster.Cluster,
    report: node_report.NodeReport | None,
    state: str,
    age: int,
) -> None:
    """Whatever is found, a second look at the same moment writes nothing, and others' stay."""
    ext = shoots.make_extension(
        conditions=conditions, operation={"state": state, "lastUpdateTime": shoots.stamp(age)}
    )
    known = facts(ext, shoot=shoot, node=node, monitoring=monitoring, report=report)
    first = evaluate.evaluate(known, CONFIG, shoots.NOW).conditions
    if first is None:
        return

    written = replace(ext, conditions=first)
    assert evaluate.evaluate(replace(known, extension=written), CONFIG, shoots.NOW).conditions is (
        None
    )
    assert [item for item in first if item["type"] == "SomebodyElse"] == [
        item for item in conditions if item["type"] == "SomebodyElse"
    ]
    assert len({item["type"] for item in first}) == len(first)
