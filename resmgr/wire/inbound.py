# SPDX-License-Identifier: Apache-2.0
"""What the peer says: frames become events, and what breaks the rules becomes an answer.

One method a type of frame, those of streams in `stream_frames`. They raise `problems`, which
`receive` alone turns into RST_STREAM or GOAWAY: no byte that a peer can send makes it raise.
"""

from collections.abc import Callable

from . import (
    codes,
    events,
    frames,
    limits,
    outbound,
    problems,
    settings,
    stream_frames,
    streams,
)

_Handler = Callable[[int, int, memoryview], None]
_ErrorCode = codes.ErrorCode


class Inbound:
    """The receiving half of a connection."""

    __slots__ = (
        "_client",
        "_counters",
        "_events",
        "_handlers",
        "_out",
        "_preface",
        "_reader",
        "_table",
        "failed",
        "goaway_received",
        "settled",
        "streams",
    )

    def __init__(
        self,
        table: streams.Table,
        out: outbound.Outbound,
        counters: limits.Counters,
        bounds: limits.Limits,
        *,
        client: bool,
    ) -> None:
        self.failed = False
        self.goaway_received = False
        self._client = client
        self._table = table
        self._out = out
        self._counters = counters
        self._reader = frames.Reader()
        self.streams = stream_frames.StreamFrames(table, out, counters, bounds, client=client)
        self._preface = b"" if client else codes.PREFACE
        self.settled = False
        self._events: list[events.Event] = []
        self._handlers: tuple[_Handler, ...] = (
            self.streams.data,
            self.streams.headers,
            self.streams.priority,
            self.streams.rst_stream,
            self._settings,
            self._push_promise,
            self._ping,
            self._goaway,
            self.streams.window_update,
            self.streams.continuation,
        )

    def receive(self, data: bytes | memoryview) -> list[events.Event]:
        """What these bytes mean, whatever they are."""
        found: list[events.Event] = []
        of_streams = self.streams
        self._events = of_streams.events = found
        if self.failed:
            return found
        try:
            if self._preface:
                data = self._after_preface(data)
            for kind, flags, stream_id, payload in self._reader.feed(data):
                try:
                    if of_streams.assembly.stream_id and kind != codes.CONTINUATION:
                        raise _broken("another frame inside a header block")
                    if not self.settled:
                        self._first(kind, flags)
                    if kind <= codes.CONTINUATION:
                        self._handlers[kind](flags, stream_id, payload)
                    else:
                        self._counters.idle_frame()
                except problems.StreamProblem as problem:
                    self._refuse(problem)
        except problems.ConnectionProblem as problem:
            self.fail(problem)
        return found

    def fail(self, problem: problems.ConnectionProblem) -> None:
        """Give the connection up: GOAWAY, and nothing is read any more."""
        self.failed = True
        debug = str(problem).encode()
        self._out.control(frames.goaway(self._table.highest_peer_id, problem.code, debug))
        self._events.append(events.ConnectionFailed(problem.code, str(problem)))

    def _refuse(self, problem: problems.StreamProblem) -> None:
        """Give one stream up."""
        stream = self._table.open.get(problem.stream_id)
        self._out.reset(problem.stream_id, problem.code)
        if stream is not None and (stream.headers_seen or self._client):
            self._events.append(events.StreamReset(problem.stream_id, problem.code, str(problem)))
        self._counters.reset()

    def _after_preface(self, data: bytes | memoryview) -> bytes | memoryview:
        """What follows the client's preface in these bytes."""
        taken = min(len(data), len(self._preface))
        if data[:taken] != self._preface[:taken]:
            raise _broken("no HTTP/2 preface")
        self._preface = self._preface[taken:]
        return data[taken:]

    def _first(self, kind: int, flags: int) -> None:
        """Demand that the first frame is SETTINGS (RFC 9113, section 3.4)."""
        if kind != codes.SETTINGS or flags & codes.ACK:
            raise _broken("the first frame is not SETTINGS")
        self.settled = True

    def _settings(self, flags: int, stream_id: int, payload: memoryview) -> None:
        if stream_id:
            raise _broken("SETTINGS on a stream")
        self._counters.idle_frame()
        if flags & codes.ACK:
            _demand_length(payload, 0, "acknowledgement of SETTINGS")
            return
        new = settings.changed(self._out.peer, payload, from_server=self._client)
        if not self._out.apply(new):
            raise problems.ConnectionProblem(
                _ErrorCode.FLOW_CONTROL_ERROR, "a stream's window is too large"
            )
        self._out.control(frames.SETTINGS_ACK)
        self._events.append(events.SettingsReceived())

    def _ping(self, flags: int, stream_id: int, payload: memoryview) -> None:
        if stream_id:
            raise _broken("PING on a stream")
        _demand_length(payload, 8, "PING")
        self._counters.idle_frame()
        if flags & codes.ACK:
            self._events.append(events.PingAcknowledged(bytes(payload)))
        else:
            self._out.control(frames.ping(bytes(payload), ack=True))

    def _goaway(self, _flags: int, stream_id: int, payload: memoryview) -> None:
        if stream_id:
            raise _broken("GOAWAY on a stream")
        if len(payload) < 8:
            raise problems.ConnectionProblem(_ErrorCode.FRAME_SIZE_ERROR, "GOAWAY too short")
        self._counters.idle_frame()
        last = frames.word(payload) & codes.LARGEST_STREAM_ID
        if self._client:
            for other in [number for number in self._table.open if number > last]:
                self._table.open[other].queue = None
                self._table.close(other, streams.Ending.BY_PEER)
                self._events.append(events.StreamReset(other, _ErrorCode.REFUSED_STREAM))
        self.goaway_received = True
        code = frames.word(payload, 4)
        self._events.append(events.GoAwayReceived(code, bytes(payload[8:])))

    def _push_promise(self, _flags: int, _stream_id: int, _payload: memoryview) -> None:
        raise _broken("PUSH_PROMISE, which is not allowed")


def _demand_length(payload: memoryview, length: int, what: str) -> None:
    if len(payload) != length:
        raise problems.ConnectionProblem(
            _ErrorCode.FRAME_SIZE_ERROR, f"{what} of {len(payload)} bytes"
        )


def _broken(message: str) -> problems.ConnectionProblem:
    return problems.ConnectionProblem(_ErrorCode.PROTOCOL_ERROR, message)
