# SPDX-License-Identifier: Apache-2.0
"""News that are on their way, who is asked for nodes, and what always holds of a second look."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.controller.health import shoots
from unit.controller.health.judging import (
    BAD_NODE,
    BOTH_TRUE,
    CONFIG,
    FINE,
    facts,
    fresh,
    judged,
)

from controller import cluster, extension, node_report, observed
from controller.health import evaluate

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
