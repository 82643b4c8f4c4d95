# SPDX-License-Identifier: Apache-2.0
"""A call that is passed on as it is: a stream of a client and one to the runtime, tied together.

Content that came from one side is credited to it when it has gone out to the other one, so a side
that does not read holds up its own call only, and what waits is bounded by the stream's window.
Either side's reset reaches the other. A deadline is passed on and kept here too.
"""

import asyncio
from typing import TYPE_CHECKING

from ..wire import codes, fields, pieces
from ..wire.grpc import codes as grpc_codes
from ..wire.grpc import statuses
from . import observe, upstream

if TYPE_CHECKING:
    from . import downstream


class Pair:
    """Both streams of one call, from the client's head of the request to the last field sent."""

    __slots__ = (
        "_block",
        "_down",
        "_down_id",
        "_early",
        "_head_sent",
        "_observer",
        "_request_ended",
        "_timer",
        "_up",
        "_up_id",
        "_upstream",
    )

    def __init__(
        self,
        down: "downstream.Downstream",
        down_id: int,
        runtime: upstream.Upstream,
        block: fields.Block,
        *,
        end_stream: bool,
        observer: observe.Recorder | None = None,
    ) -> None:
        self._down = down
        self._down_id = down_id
        self._upstream = runtime
        self._block = block
        self._observer = observer
        self._head_sent = False
        self._request_ended = end_stream
        self._early: list[memoryview] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._up: upstream.UpstreamLink | None = None
        self._up_id = 0

    def start(self, timeout: float | None) -> None:
        """Open the stream to the runtime; the call ends after `timeout` seconds."""
        if timeout is not None:
            self._timer = self._down.loop.call_later(timeout, self._expire)
        link = self._upstream.acquire(self)
        if link is not None:
            self._open(link, end_stream=self._request_ended)

    def _open(self, link: upstream.UpstreamLink, *, end_stream: bool) -> None:
        self._up = link
        self._up_id = link.open(self, self._block, end_stream=end_stream)
        self._block = statuses.RESPONSE  # it may be large, and is not needed any more

    # -- Waiting for a stream -----------------------------------------------------------------

    def stream_granted(self, granted: upstream.UpstreamLink) -> None:
        """There is a stream after a time of waiting: say what the client has said meanwhile."""
        early = self._early or []
        ended = self._request_ended
        self._open(granted, end_stream=ended and not early)
        self._early = None
        for number, data in enumerate(early, 1):
            self._send(data, end_stream=ended and number == len(early))

    def stream_refused(self, message: str) -> None:
        """There is no runtime."""
        self._answer(statuses.Status(grpc_codes.Code.UNAVAILABLE, message))

    # -- From the client ----------------------------------------------------------------------

    def request_data(self, data: memoryview, *, end_stream: bool) -> None:
        """Pass content on, or keep it while there is no stream."""
        if end_stream:
            self._request_ended = True
        if self._observer is not None:
            self._observer.request(data)
        if self._up is None:
            if self._early is None:
                self._early = []
            pieces.add(self._early, data)
            return
        self._send(data, end_stream=end_stream)

    def _send(self, data: memoryview, *, end_stream: bool) -> None:
        up = self._up
        assert up is not None  # noqa: S101  # `request_data` and `stream_granted` see to it
        sent = up.connection.data(self._up_id, data, end_stream=end_stream)
        if sent and not end_stream:
            self._down.connection.consumed(self._down_id, sent)
        if not up.dirty:
            up.touch()

    def request_trailers(self, block: fields.Block) -> None:
        """Pass trailers on: gRPC has none here, but they end the request."""
        self._request_ended = True
        if self._up is not None:
            self._up.connection.headers(self._up_id, block, end_stream=True)
            self._up.touch()
        elif self._early is not None:
            self._early.append(memoryview(b""))

    def request_reset(self) -> None:
        """The client gave up: so does the runtime."""
        self._finish(codes.ErrorCode.CANCEL)
        if self._observer is not None:
            self._observer.ended(statuses.Status(grpc_codes.Code.CANCELLED, "by the client"))

    def response_sent(self, size: int) -> None:
        """The client's window let content go: the runtime may send as much again."""
        if self._up is not None:
            self._up.connection.consumed(self._up_id, size)
            self._up.touch()

    # -- From the runtime ---------------------------------------------------------------------

    def response_head(self, block: fields.Block, *, end_stream: bool) -> None:
        """Pass the head of the response on."""
        self._head_sent = True
        if self._observer is not None:
            self._observer.response_head(block)
        self._down.connection.headers(self._down_id, block, end_stream=end_stream)
        self._down.touch()
        if end_stream:
            self._ended(block)

    def response_data(self, data: memoryview, *, end_stream: bool) -> None:
        """Pass content on."""
        down = self._down
        if self._observer is not None:
            self._observer.response(data)
        sent = down.connection.data(self._down_id, data, end_stream=end_stream)
        if sent and self._up is not None:
            self._up.connection.consumed(self._up_id, sent)
        if not down.dirty:
            down.touch()
        if end_stream:
            self._ended(None)

    def response_trailers(self, block: fields.Block) -> None:
        """Pass the end of the response on."""
        self._down.connection.headers(self._down_id, block, end_stream=True)
        self._down.touch()
        self._ended(block)

    def _ended(self, block: fields.Block | None) -> None:
        self._finish(None if self._request_ended else codes.ErrorCode.NO_ERROR)
        self._down.calls.pop(self._down_id, None)
        if self._observer is not None:
            self._observer.ended(statuses.of_block(block) if block is not None else statuses.OK)

    def response_reset(self, code: int, message: str) -> None:
        """The runtime gave the call up: so does the client, or it learns which rule was broken."""
        if message:
            text = f"the runtime broke HTTP/2's rules: {message}"
            self._answer(statuses.Status(grpc_codes.Code.INTERNAL, text))
            return
        self._down.connection.reset(self._down_id, code)
        self._down.touch()
        self._finish(None)
        self._down.calls.pop(self._down_id, None)
        if self._observer is not None:
            self._observer.ended(statuses.of_reset(code))

    def response_lost(self, message: str) -> None:
        """The runtime is gone."""
        text = f"the connection to the runtime was lost: {message}"
        self._answer(statuses.Status(grpc_codes.Code.UNAVAILABLE, text))

    def request_sent(self, size: int) -> None:
        """The runtime's window let content go: the client may send as much again."""
        self._down.connection.consumed(self._down_id, size)
        self._down.touch()

    # -- Ends ---------------------------------------------------------------------------------

    def _expire(self) -> None:
        self._timer = None
        self._answer(statuses.Status(grpc_codes.Code.DEADLINE_EXCEEDED, "the deadline has passed"))

    def _answer(self, status: statuses.Status) -> None:
        """End the call with a status of our own."""
        self._finish(codes.ErrorCode.CANCEL)
        block = (statuses.trailers if self._head_sent else statuses.trailers_only)(status)
        self._down.connection.headers(self._down_id, block, end_stream=True)
        self._down.touch()
        self._down.calls.pop(self._down_id, None)
        if self._observer is not None:
            self._observer.ended(status)

    def _finish(self, code: int | None) -> None:
        """Let go of the runtime's stream; with a code it is reset."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._up is not None:
            self._up.drop(self._up_id, code)
            self._up = None
        else:
            self._upstream.withdraw(self)
