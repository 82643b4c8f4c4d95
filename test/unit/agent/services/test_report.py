# SPDX-License-Identifier: Apache-2.0
"""What the daemon tells."""

import pytest

from agent.core.announcements import Announcement, Pod
from agent.core.book import Daemon
from agent.services.report import MOST, ReportService
from resmgr.agentapi import report_pb2
from resmgr.wire.grpc.codes import Code
from resmgr.wire.grpc.statuses import CallError


@pytest.fixture
def told() -> list[Announcement | Daemon]:
    """What was passed on."""
    return []


@pytest.fixture
def service(told: list[Announcement | Daemon]) -> ReportService:
    """A service that passes on."""
    return ReportService(told.append, told.append)


async def events(service: ReportService, *events: report_pb2.Event, dropped: int = 0) -> None:
    """Tell events."""
    request = report_pb2.EventsRequest(events=events, dropped=dropped)
    await service.handlers()["/criresmgr.v1.Report/Events"](request.SerializeToString())


async def test_events(service: ReportService, told: list[Announcement | Daemon]) -> None:
    """Those of a pod name it; others are about the Node; what was left out is told too."""
    pod = report_pb2.Event(reason="A", message="x", pod_namespace="ns", pod_name="p", pod_uid="u")
    await events(service, pod, report_pb2.Event(reason="B", message="y"), dropped=3)

    source = "cri-resource-manager"
    assert told[:2] == [
        Announcement("A", "x", pod=Pod("ns", "p", "u"), source=source),
        Announcement("B", "y", source=source),
    ]
    assert isinstance(told[2], Announcement)
    assert told[2].message.startswith("3 warnings were left out")


async def test_odd_events(service: ReportService, told: list[Announcement | Daemon]) -> None:
    """A reason is a word; of a flood only so many are read."""
    odd = report_pb2.Event(reason="no word\n", message="x")
    await events(service, *([odd] * (MOST + 50)))

    assert len(told) == MOST
    assert {one.reason for one in told if isinstance(one, Announcement)} == {"Unknown"}


async def test_where_it_stands(service: ReportService, told: list[Announcement | Daemon]) -> None:
    """As it says."""
    request = report_pb2.StateRequest(policy="p", source="agent", containers=3, version="1")
    await service.handlers()["/criresmgr.v1.Report/State"](request.SerializeToString())

    assert told == [Daemon("p", "agent", 3, "1")]


async def test_bytes_that_are_no_message(service: ReportService) -> None:
    """They are refused."""
    for handler in service.handlers().values():
        with pytest.raises(CallError) as caught:
            await handler(b"\xff")
        assert caught.value.status.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("namespace", "name"), [("../../nodes", "p"), ("ns", "p/q"), ("ns", ""), ("NS", "p")]
)
async def test_what_is_no_name(
    service: ReportService, told: list[Announcement | Daemon], namespace: str, name: str
) -> None:
    """It would lead to another path of the API server: the event is about the Node."""
    event = report_pb2.Event(reason="A", message="x", pod_namespace=namespace, pod_name=name)
    await events(service, event)

    assert told == [Announcement("A", "x", source="cri-resource-manager")]


async def test_long_words(service: ReportService, told: list[Announcement | Daemon]) -> None:
    """They are cut before they are written to the API server."""
    request = report_pb2.StateRequest(policy="p" * 5000, source="agent", version="1")
    await service.handlers()["/criresmgr.v1.Report/State"](request.SerializeToString())
    (daemon,) = told

    assert isinstance(daemon, Daemon)
    assert len(daemon.policy) == 253
