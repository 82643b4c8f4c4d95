# SPDX-License-Identifier: Apache-2.0
"""The service `criresmgr.v1.Report`: what the daemon tells of itself, for people to see."""

from collections.abc import Callable, Mapping
from typing import Final

from resmgr.agentapi import report_pb2, requests, services

from ..core import announcements, book
from ..grpc import server
from ..kube import paths

COMPONENT: Final = "cri-resource-manager"
"""Who Events of the daemon are said to come from."""

MOST: Final = 200
"""Events that are read of one call."""

LONGEST: Final = 253
"""Characters of a name."""


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
        request = requests.read(report_pb2.EventsRequest, message)
        for one in request.events[:MOST]:
            pod = None
            # What is no name would lead to another path of the API server.
            if paths.is_name(one.pod_name) and paths.is_name(one.pod_namespace):
                pod = announcements.Pod(one.pod_namespace, one.pod_name, one.pod_uid)
            reason = one.reason if _is_reason(one.reason) else "Unknown"
            self._announce(
                announcements.Announcement(reason, one.message, pod=pod, source=COMPONENT)
            )
        if request.dropped:
            text = f"{request.dropped} warnings were left out, see the log of the daemon"
            self._announce(announcements.Announcement("WarningsLeftOut", text, source=COMPONENT))
        return report_pb2.EventsReply().SerializeToString()

    async def _state(self, message: bytes) -> bytes:
        request = requests.read(report_pb2.StateRequest, message)
        policy, source, version = (
            text[:LONGEST] for text in (request.policy, request.source, request.version)
        )
        self._told(book.Daemon(policy, source, request.containers, version))
        return report_pb2.StateReply().SerializeToString()


def _is_reason(text: str) -> bool:
    return text.isascii() and text.isidentifier() and len(text) <= LONGEST // 2
