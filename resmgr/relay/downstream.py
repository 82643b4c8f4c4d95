# SPDX-License-Identifier: Apache-2.0
"""A connection of a client: its streams become calls."""

import asyncio
import dataclasses
import logging
from collections.abc import Callable
from typing import Final

from ..wire import connection, events, fields, limits
from ..wire.grpc import statuses, timeouts
from . import calls, forward, intercept, link, observe, peer, refuse, router, turn, upstream

_LOG = logging.getLogger("cri/server")

_MOST_KNOWN: Final = 64

BOUNDS: Final = dataclasses.replace(
    connection.DEFAULT_LIMITS, resets=connection.DEFAULT_LIMITS.resets // 2
)
"""Each call that a client resets is reset at the runtime too, which may count them as we do: one
client must not cost all of them their connection."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a server use together."""

    routes: router.Router
    turns: turn.Turn
    tasks: intercept.Spawner
    loop: asyncio.AbstractEventLoop
    budget: observe.Budget = dataclasses.field(default_factory=observe.Budget)
    bounds: limits.Limits = BOUNDS


@dataclasses.dataclass(frozen=True, slots=True)
class _Head:
    """What the head of a request asks for: the same for each call with the same block.

    Without a route it is no gRPC, and `refusal` is the head of the answer.
    """

    route: router.Route | None
    timeout: float | None = None
    refusal: fields.Block = statuses.RESPONSE


class Downstream(link.Link):
    """One connection of a client."""

    reads_always = False

    def __init__(self, shared: Shared, ended: Callable[["Downstream"], None]) -> None:
        super().__init__(connection.Connection(client=False, bounds=shared.bounds), shared.turns)
        self.calls: dict[int, calls.Incoming] = {}
        self.loop = shared.loop
        self._shared = shared
        self._ended = ended
        self._known: dict[fields.Block, _Head] = {}
        self._peer: peer.Peer | None = None

    @property
    def peer(self) -> peer.Peer | None:
        """Who connected."""
        if self._peer is None and self.transport is not None:
            self._peer = peer.of_socket(self.transport.get_extra_info("socket"))
        return self._peer

    @property
    def finished(self) -> bool:
        """Whether we have said good-bye and the last call has ended."""
        return self.connection.drained and not self.calls

    def handle(self, event: events.Event) -> None:
        """Give an event to its call, or begin one."""
        kind = type(event)
        if kind is events.DataReceived:
            call = self.calls.get(event.stream_id)  # type: ignore[union-attr]
            if call is not None:
                call.request_data(event.data, end_stream=event.end_stream)  # type: ignore[union-attr]
        elif kind is events.HeadersReceived:
            self._begin(event)  # type: ignore[arg-type]
        else:
            self._handle_rare(event)

    def _handle_rare(self, event: events.Event) -> None:
        if isinstance(event, events.DataSent):
            call = self.calls.get(event.stream_id)
            if call is not None:
                call.response_sent(event.size)
        elif isinstance(event, events.StreamReset):
            call = self.calls.pop(event.stream_id, None)
            if call is not None:
                call.request_reset()
        elif isinstance(event, events.TrailersReceived):
            call = self.calls.get(event.stream_id)
            if call is not None:
                call.request_trailers(event.block)
        elif isinstance(event, events.ConnectionFailed):
            _LOG.debug("a client broke HTTP/2's rules: %s", event.message)
            self._end_calls()

    def _begin(self, event: events.HeadersReceived) -> None:
        """A client opened a stream."""
        head = self._known.get(event.block)
        if head is None:
            head = self._judge(event.block)
        route = head.route
        if route is None:
            refused = refuse.Refused(self, event.stream_id, head.refusal)
            self.calls[event.stream_id] = refused
            refused.start(end_stream=event.end_stream)
        elif route.handler is not None:
            self._intercept(event, route, route.handler, head.timeout)
        elif route.runtime is None:
            block = statuses.trailers_only(route.missing)
            self.connection.headers(event.stream_id, block, end_stream=True)
        else:
            self._forward(event, route, route.runtime, head.timeout)

    def _forward(
        self,
        event: events.HeadersReceived,
        route: router.Route,
        runtime: upstream.Upstream,
        timeout: float | None,
    ) -> None:
        taker = None
        if route.observer is not None:
            taker = observe.soon(route.observer, self.loop)
        elif route.watch is not None:
            taker = route.watch(event.block.get(b":path") or b"")
        recorder = None
        if taker is not None:
            recorder = observe.Recorder(event.block, taker, self._shared.budget, self.loop)
        pair = forward.Pair(
            self,
            event.stream_id,
            runtime,
            event.block,
            end_stream=event.end_stream,
            observer=recorder,
        )
        self.calls[event.stream_id] = pair
        pair.start(timeout)

    def _intercept(
        self,
        event: events.HeadersReceived,
        route: router.Route,
        handler: intercept.Handler,
        timeout: float | None,
    ) -> None:
        call = intercept.Intercepted(
            self,
            event.stream_id,
            handler,
            event.block,
            runtime=route.runtime,
            tasks=self._shared.tasks,
            budget=self._shared.budget,
        )
        self.calls[event.stream_id] = call
        call.start(timeout, end_stream=event.end_stream)

    def _judge(self, block: fields.Block) -> _Head:
        """Work out what a head asks for, and remember it."""
        refusal = refuse.answer_to(block)
        if refusal is not None:
            head = _Head(None, refusal=refusal)
        else:
            timeout = block.get(b"grpc-timeout")
            head = _Head(
                self._shared.routes.find(block.get(b":path") or b""),
                None if timeout is None else timeouts.parse(timeout),
            )
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[block] = head
        return head

    def lost(self, message: str) -> None:
        """The client is gone: its calls end."""
        _LOG.debug("a client is gone: %s", message)
        self._end_calls()
        self._ended(self)

    def _end_calls(self) -> None:
        ended = self.calls
        self.calls = {}
        for call in ended.values():
            call.request_reset()
