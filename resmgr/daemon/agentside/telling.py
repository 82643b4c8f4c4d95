# SPDX-License-Identifier: Apache-2.0
"""Tells the node agent what people should hear of, and where the daemon stands.

Whatever the agent does costs the daemon nothing: what is told waits in a queue that is bounded, and
is lost, and counted, when nobody takes it.
"""

import asyncio
import collections
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ...agentapi import report_pb2, services
from ...model import Pod
from ...wire.grpc.codes import Code
from ...wire.grpc.statuses import CallError
from ..records import metrics

_LOG = logging.getLogger("agent")

MOST: Final = 256
"""Warnings that wait; of more the oldest are lost."""

BATCH: Final = 50
"""Warnings in one call."""

INTERVAL: Final = 1.0
"""Seconds from one call to the next at least."""

LOOK: Final = 60.0
"""Seconds between two looks at whether numbers have changed."""

LONGEST_PAUSE: Final = 30.0
TIMEOUT: Final = 5.0
LONGEST: Final = 1024
"""Characters of a text, as Kubernetes allows for Events."""


@dataclass(frozen=True, slots=True)
class State:
    """Where the daemon stands."""

    policy: str
    source: str
    containers: int
    version: str


class Caller(Protocol):
    """Makes calls on the agent's socket, and knows when it is there."""

    async def call(self, method: str, message: bytes, timeout: float, /) -> bytes:
        """Give the answer. Raises `CallError`."""

    async def arrived(self) -> None:
        """Wait until the agent is there."""


class Teller:
    """See the module; `pod` finds the pod of a container's cache id, `now` seconds of the epoch."""

    def __init__(
        self,
        counter: metrics.Counter,
        now: Callable[[], float],
        pod: Callable[[str], Pod | None] = lambda _: None,
    ) -> None:
        """Take where warnings are counted, by `told` and `lost`."""
        self.pod = pod
        self._counter = counter
        self._now = now
        self._waiting: collections.deque[report_pb2.Event] = collections.deque()
        self._lost = 0
        self._told: State | None = None
        self._known = True
        """Whether the agent that is there knows the service; the original does not."""

        self._changed = asyncio.Event()

    def warn(self, reason: str, text: str, container: str = "") -> None:
        """Have something told: a word in CamelCase, and words about a container or the node."""
        found = self.pod(container) if container else None
        if container and found is None:
            text = f"{container}: {text}"
        event = report_pb2.Event(reason=reason, message=text[:LONGEST], time=int(self._now()))
        if found is not None:
            event.pod_namespace = found.namespace
            event.pod_name = found.name
            event.pod_uid = found.uid
        self._waiting.append(event)
        while len(self._waiting) > MOST:
            self._waiting.popleft()
            self._lose(1)
        self._changed.set()

    def came(self) -> None:
        """There is a new connection, perhaps to another agent."""
        self._told = None
        self._known = True
        self._changed.set()

    def look(self) -> None:
        """Something may have changed."""
        self._changed.set()

    async def run(self, there: Caller, state: Callable[[], State]) -> None:
        """Tell, for ever."""
        pause = INTERVAL
        while True:
            await self._wait()
            await there.arrived()
            if not self._known:
                continue
            try:
                await self._tell(there, state())
                pause = INTERVAL
            except CallError as error:
                self._known = error.status.code is not Code.UNIMPLEMENTED
                if not self._known:
                    _LOG.info("the node agent takes no reports; it is the original's")
                    continue
                _LOG.debug("cannot tell the node agent: %s", error)
                pause = min(2 * pause, LONGEST_PAUSE)
                self._changed.set()
            # Calls keep their distance, whatever there is to tell.
            await asyncio.sleep(pause)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK):
                await self._changed.wait()
        except TimeoutError:
            pass
        self._changed.clear()

    async def _tell(self, there: Caller, state: State) -> None:
        if state != self._told:
            request = report_pb2.StateRequest(
                policy=state.policy,
                source=state.source,
                containers=state.containers,
                version=state.version,
            )
            await there.call(f"/{services.REPORT}/State", request.SerializeToString(), TIMEOUT)
            self._told = state
        if not self._waiting and not self._lost:
            return
        events = [self._waiting[at] for at in range(min(BATCH, len(self._waiting)))]
        lost = self._lost
        batch = report_pb2.EventsRequest(events=events, dropped=lost)
        await there.call(f"/{services.REPORT}/Events", batch.SerializeToString(), TIMEOUT)
        self._lost -= lost
        for event in events:
            # The oldest may have been lost meanwhile.
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()
        self._counter.add("told", by=len(events))
        if self._waiting:
            self._changed.set()

    def _lose(self, number: int) -> None:
        self._lost += number
        self._counter.add("lost", by=number)
