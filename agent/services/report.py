# SPDX-License-Identifier: Apache-2.0
"""The service `criresmgr.v1.Report`: what the daemon tells of itself, for people to see."""

from collections.abc import Callable, Mapping
from typing import Final

from resmgr.agentapi import report_pb2, services
from resmgr.protobuf import reading
from resmgr.wire.grpc import codes
from resmgr.wire.grpc.statuses import CallError

from ..core import announcements, book
from ..grpc import server

COMPONENT: Final = "cri-resource-manager"
"""Who Events of the daemon are said to come from."""

MOST: Final = 200
"""Events that are read of one call."""


class ReportService:
    """Passes on what it is told."""

    def __init__(
        self,
        announce: Callable[[announcements.Announcement], None],
        told: Callable[[book.Daemon], None],
    ) -> None:
        """Take who hears of events and of where the daemon stands."""
        self._announce = announce
        self._told = told

    def handlers(self) -> Mapping[str, server.Handler]:
        """Give the handlers by path."""
        return {
            f"/{services.REPORT}/Events": self._events,
            f"/{services.REPORT}/State": self._state,
        }

    async def _events(self, message: bytes) -> bytes:
        request = _read(report_pb2.EventsRequest, message)
        for one in request.events[:MOST]:
            pod = None
            if one.pod_name and one.pod_namespace:
                pod = announcements.Pod(one.pod_namespace, one.pod_name, one.pod_uid)
            reason = one.reason if one.reason.isidentifier() else "Unknown"
            self._announce(
                announcements.Announcement(reason, one.message, pod=pod, source=COMPONENT)
            )
        if request.dropped:
            text = f"{request.dropped} warnings were left out, see the log of the daemon"
            self._announce(announcements.Announcement("WarningsLeftOut", text, source=COMPONENT))
        return report_pb2.EventsReply().SerializeToString()

    async def _state(self, message: bytes) -> bytes:
        request = _read(report_pb2.StateRequest, message)
        self._told(book.Daemon(request.policy, request.source, request.containers, request.version))
        return report_pb2.StateReply().SerializeToString()


def _read(kind: type[reading.M], message: bytes) -> reading.M:
    try:
        return reading.read(kind, message)
    except reading.Unreadable as error:
        raise CallError(codes.Code.INVALID_ARGUMENT, str(error)) from error
