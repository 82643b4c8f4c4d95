# SPDX-License-Identifier: Apache-2.0
"""The connection to a runtime, made again whenever it is lost.

While there is none, calls are refused at once; those that come while an attempt is being made, or
while the runtime allows no more streams, wait for it.
"""

import asyncio
import collections
import contextlib
import dataclasses
import logging
from collections.abc import Callable
from typing import Final, Protocol

from ..wire import codes, connection, events, fields, limits
from . import backoff, calls, link, turn

_LOG = logging.getLogger("cri/client")

_CONNECT_TIMEOUT: Final = 5.0
_MOST_WAITING: Final = 1000
_FORGIVE_INTERVAL: Final = 5.0
_LONGEST_REASON: Final = 200

BOUNDS: Final = dataclasses.replace(connection.DEFAULT_LIMITS, stream_window=256 * 1024)
"""A runtime's lists come in one go, without updates of the window on their way."""


class Waiting(Protocol):
    """A call that waits for a stream; exactly one of these is called, unless it is withdrawn."""

    def stream_granted(self, granted: "UpstreamLink") -> None:
        """Open it now."""

    def stream_refused(self, message: str) -> None:
        """There is no runtime."""


class UpstreamLink(link.Link):
    """One connection to a runtime."""

    def __init__(
        self, turns: turn.Turn, bounds: limits.Limits, changed: Callable[["UpstreamLink"], None]
    ) -> None:
        super().__init__(connection.Connection(client=True, bounds=bounds), turns)
        self.calls: dict[int, calls.Outgoing] = {}
        self._changed = changed

    def open(self, call: calls.Outgoing, block: fields.Block, *, end_stream: bool) -> int:
        """Open a stream for a call; only while `connection.can_open`."""
        stream_id = self.connection.request(block, end_stream=end_stream)
        self.calls[stream_id] = call
        self.touch()
        return stream_id

    def drop(self, stream_id: int, code: int | None = None) -> None:
        """The call of a stream has ended; with a code the stream is reset."""
        if self.calls.pop(stream_id, None) is None:
            return
        if code is not None:
            self.connection.reset(stream_id, code)
            self.touch()
        self._changed(self)

    def resume_writing(self) -> None:
        """The runtime reads again: calls that waited for it can begin."""
        super().resume_writing()
        self._changed(self)

    @property
    def finished(self) -> bool:
        """Whether the runtime said good-bye and its last answer has come."""
        return self.connection.exhausted and not self.calls

    def handle(self, event: events.Event) -> None:
        """Give an event to its call."""
        kind = type(event)
        if kind is events.DataReceived:
            call = self.calls.get(event.stream_id)  # type: ignore[union-attr]
            if call is not None:
                call.response_data(event.data, end_stream=event.end_stream)  # type: ignore[union-attr]
        elif kind is events.HeadersReceived:
            call = self.calls.get(event.stream_id)  # type: ignore[union-attr]
            if call is not None:
                call.response_head(event.block, end_stream=event.end_stream)  # type: ignore[union-attr]
        elif kind is events.TrailersReceived:
            call = self.calls.get(event.stream_id)  # type: ignore[union-attr]
            if call is not None:
                call.response_trailers(event.block)  # type: ignore[union-attr]
        else:
            self._handle_rare(event)

    def _handle_rare(self, event: events.Event) -> None:
        if isinstance(event, events.DataSent):
            call = self.calls.get(event.stream_id)
            if call is not None:
                call.request_sent(event.size)
        elif isinstance(event, events.StreamReset):
            call = self.calls.pop(event.stream_id, None)
            if call is not None:
                call.response_reset(event.code, event.message)
                self._changed(self)
        elif isinstance(event, events.GoAwayReceived):
            if event.code:
                name, why = codes.name_of(event.code), event.debug[:_LONGEST_REASON]
                _LOG.warning("the runtime ends the connection: %s %r", name, why)
            self._changed(self)
        elif isinstance(event, events.SettingsReceived):
            self._changed(self)
        elif isinstance(event, events.ConnectionFailed):
            _LOG.warning("the runtime broke HTTP/2's rules: %s", event.message)
            self._lose(f"the runtime broke HTTP/2's rules: {event.message}")

    def lost(self, message: str) -> None:
        """The runtime is gone: its calls end."""
        self._lose(message)

    def _lose(self, message: str) -> None:
        ended = self.calls
        self.calls = {}
        for call in ended.values():
            call.response_lost(message)
        self._changed(self)


class Upstream:
    """A runtime, or another gRPC server on a unix socket, however often it restarts.

    That it is not there is logged at the level `missed`.
    """

    def __init__(
        self,
        path: str,
        turns: turn.Turn,
        *,
        connected: Callable[[], None] = lambda: None,
        bounds: limits.Limits = BOUNDS,
        chance: Callable[[], float] = backoff.chance,
        name: str = "the runtime",
        missed: int = logging.WARNING,
    ) -> None:
        self.path = path
        self._missed = missed
        self._name = name
        self._turn = turns
        self._connected = connected
        self._limits = bounds
        self._chance = chance
        self._link: UpstreamLink | None = None
        self._links: set[UpstreamLink] = set()
        self._waiting: collections.deque[Waiting] = collections.deque()
        self._connecting = True
        self._reason = "not connected yet"
        self._wake = asyncio.Event()
        self._there = asyncio.Event()
        self._stopped = False

    # -- For calls ----------------------------------------------------------------------------

    def acquire(self, call: Waiting) -> UpstreamLink | None:
        """A connection on which a stream can be opened now.

        None if there is none: then the call is told later, or was told already.
        """
        current = self._link
        if current is not None and current.connection.can_open and not self._waiting:
            return current
        if (current is None and not self._connecting) or len(self._waiting) >= _MOST_WAITING:
            call.stream_refused(self.refusal)
        else:
            self._waiting.append(call)
        return None

    def withdraw(self, call: Waiting) -> None:
        """A call that waits does not want a stream any more."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(call)

    @property
    def refusal(self) -> str:
        """Why there is no connection."""
        return f"cannot reach {self._name} at {self.path}: {self._reason}"

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._link is not None

    async def arrived(self) -> None:
        """Wait until there is a connection."""
        await self._there.wait()

    @property
    def descriptor(self) -> int | None:
        """The file descriptor of the connection, while there is one."""
        if self._link is None or self._link.transport is None:
            return None
        made = self._link.transport.get_extra_info("socket")
        return None if made is None else int(made.fileno())

    @property
    def settled(self) -> bool:
        """Whether the runtime has introduced itself."""
        return self._link is not None and self._link.connection.settled

    # -- Connecting ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep a connection until cancelled; then close it."""
        try:
            while True:
                await self._connect()
                self._wake.clear()
                while self._link is not None:
                    await self._watch()
        finally:
            self._stopped = True
            for one in list(self._links):
                if one.transport is not None:
                    one.transport.close()
            self._refuse_all()

    async def _watch(self) -> None:
        """Wait until the connection is lost, and forgive its counters meanwhile."""
        try:
            async with asyncio.timeout(_FORGIVE_INTERVAL):
                await self._wake.wait()
        except TimeoutError:
            for one in self._links:
                one.connection.forgive()
        self._wake.clear()

    async def _connect(self) -> None:
        """Try until there is a connection."""
        loop = asyncio.get_running_loop()
        told = ""
        for delay in backoff.delays(self._chance):
            self._connecting = True
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    _, made = await loop.create_unix_connection(self._make, self.path)
            except OSError as cause:
                self._reason = cause.strerror or str(cause) or "no answer"
                self._connecting = False
                self._refuse_all()
                if self._reason != told:
                    _LOG.log(self._missed, "%s; trying again until it is there", self.refusal)
                    told = self._reason
                await asyncio.sleep(delay)
                continue
            self._connecting = False
            self._link = made
            self._there.set()
            _LOG.info("connected to %s", self.path)
            self._connected()
            self._grant()
            return

    def _make(self) -> UpstreamLink:
        made = UpstreamLink(self._turn, self._limits, self._changed)
        self._links.add(made)
        return made

    def _changed(self, one: UpstreamLink) -> None:
        """A connection has lost a stream, its life or its willingness to take more."""
        if one.closed or one.connection.failed:
            self._links.discard(one)
        if one is self._link and (one.closed or one.connection.exhausted):
            self._link = None
            self._there.clear()
            self._connecting = not self._stopped
            self._reason = "the connection was lost"
            self._wake.set()
        if one.connection.exhausted:
            one.touch()
        if self._waiting:
            self._grant()

    def _grant(self) -> None:
        """Let those that wait open their streams."""
        while self._waiting and self._link is not None and self._link.connection.can_open:
            self._waiting.popleft().stream_granted(self._link)

    def _refuse_all(self) -> None:
        while self._waiting:
            self._waiting.popleft().stream_refused(self.refusal)
