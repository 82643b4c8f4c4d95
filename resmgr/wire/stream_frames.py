# SPDX-License-Identifier: Apache-2.0
"""Frames that belong to a stream: HEADERS, CONTINUATION, DATA, RST_STREAM, PRIORITY, WINDOW_UPDATE.

One method a type of frame, called by `inbound`, which answers the `problems` that they raise.
"""

from . import blocks, codes, events, fields, frames, limits, outbound, problems, streams

_ErrorCode = codes.ErrorCode


class StreamFrames:
    """Judges frames by the state of their stream; what they say goes to `events`.

    `last_accepted` is the last stream that a client may open: it sinks with a GOAWAY of ours.
    While a header block is open in `assembly`, no other frame may come.
    """

    __slots__ = (
        "_client",
        "_counters",
        "_limits",
        "_out",
        "_self_dependent",
        "_table",
        "_uncredited",
        "_window",
        "assembly",
        "events",
        "last_accepted",
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
        self.events: list[events.Event] = []
        self.last_accepted = codes.LARGEST_STREAM_ID
        self._client = client
        self._table = table
        self._out = out
        self._counters = counters
        self._limits = bounds
        self.assembly = blocks.Assembly(bounds)
        self._self_dependent = 0
        self._window = bounds.connection_window
        self._uncredited = 0

    def headers(self, flags: int, stream_id: int, payload: memoryview) -> None:
        """HEADERS: the beginning of a header block, mostly all of it."""
        if not stream_id:
            raise _broken("HEADERS without a stream")
        if flags & codes.PADDED:
            payload = unpadded(payload)
        self._self_dependent = 0
        if flags & codes.WITH_PRIORITY:
            if len(payload) < 5:
                raise problems.ConnectionProblem(_ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short")
            if frames.word(payload) & codes.LARGEST_STREAM_ID == stream_id:
                self._self_dependent = stream_id
            payload = payload[5:]
        block = self.assembly.begin(flags, stream_id, payload)
        if block is not None:
            self._block(stream_id, block, end_stream=bool(flags & codes.END_STREAM))

    def continuation(self, flags: int, stream_id: int, payload: memoryview) -> None:
        """CONTINUATION: more of a header block."""
        found = self.assembly.go_on(flags, stream_id, payload)
        if found is not None:
            block, end_stream = found
            self._block(stream_id, block, end_stream=end_stream)

    def _block(self, stream_id: int, block: fields.Block, *, end_stream: bool) -> None:
        """A whole header block has come."""
        stream = self._table.open.get(stream_id)
        if stream is None:
            stream = self._accept(stream_id)
            if stream is None:
                return
        elif stream.remote_closed:
            raise problems.StreamProblem(
                stream_id, _ErrorCode.STREAM_CLOSED, "HEADERS after the end"
            )
        if stream_id == self._self_dependent:
            raise problems.StreamProblem(stream_id, _ErrorCode.PROTOCOL_ERROR, "depends on itself")
        if block.too_large:
            raise problems.StreamProblem(
                stream_id, _ErrorCode.ENHANCE_YOUR_CALM, "a header list over the limit"
            )
        if stream.headers_seen:
            self._trailers(stream, block, end_stream=end_stream)
        else:
            self._head(stream, block, end_stream=end_stream)

    def _accept(self, stream_id: int) -> streams.Stream | None:
        """HEADERS for a stream that is not open: a client opens it, or it is late."""
        table = self._table
        own = self._client or not stream_id & 1
        if own or stream_id <= table.highest_peer_id:
            self._late(stream_id, "HEADERS")
            return None
        table.highest_peer_id = stream_id
        if stream_id > self.last_accepted or len(table.open) >= self._limits.concurrent_streams:
            self._out.reset(stream_id, _ErrorCode.REFUSED_STREAM)
            self._counters.reset()
            return None
        stream = streams.Stream(
            stream_id, self._limits.stream_window, self._out.peer.initial_window_size
        )
        table.open[stream_id] = stream
        return stream

    def _head(self, stream: streams.Stream, block: fields.Block, *, end_stream: bool) -> None:
        """The head of a request or of a response."""
        problem = block.response_problem if self._client else block.request_problem
        if problem:
            raise problems.StreamProblem(stream.stream_id, _ErrorCode.PROTOCOL_ERROR, problem)
        if self._client and block.informational:
            if end_stream:
                raise problems.StreamProblem(
                    stream.stream_id, _ErrorCode.PROTOCOL_ERROR, "a response that ends at 1xx"
                )
            self._counters.idle_frame()
            return
        stream.headers_seen = True
        stream.expected = block.content_length
        if end_stream:
            self._ended(stream)
        self.events.append(events.HeadersReceived(stream.stream_id, block, end_stream))

    def _trailers(self, stream: streams.Stream, block: fields.Block, *, end_stream: bool) -> None:
        if not end_stream:
            raise problems.StreamProblem(
                stream.stream_id, _ErrorCode.PROTOCOL_ERROR, "trailers that do not end the stream"
            )
        if block.trailers_problem:
            raise problems.StreamProblem(
                stream.stream_id, _ErrorCode.PROTOCOL_ERROR, block.trailers_problem
            )
        self._ended(stream)
        self.events.append(events.TrailersReceived(stream.stream_id, block))

    def data(self, flags: int, stream_id: int, payload: memoryview) -> None:
        """DATA: content, within both windows and the announced length."""
        size = len(payload)
        self._count_down(size)
        content = unpadded(payload) if flags & codes.PADDED else payload
        stream = self._table.open.get(stream_id)
        if stream is None:
            self._late(stream_id, "DATA")
            return
        self._check_data(stream)
        stream.receive_window -= size
        if stream.receive_window < 0:
            raise problems.StreamProblem(
                stream_id, _ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the window allows"
            )
        length = len(content)
        end_stream = bool(flags & codes.END_STREAM)
        if stream.expected >= 0:
            stream.expected -= length
            if stream.expected < 0:
                raise _wrong_length(stream_id)
        if end_stream:
            self._ended(stream)
        if size > length:
            self._out.credit(stream, size - length)
        if length or end_stream:
            self.events.append(events.DataReceived(stream_id, content, end_stream))
        else:
            self._counters.idle_frame()

    def _check_data(self, stream: streams.Stream) -> None:
        """Refuse DATA where only HEADERS, or nothing, may come."""
        if stream.remote_closed:
            raise problems.StreamProblem(
                stream.stream_id, _ErrorCode.STREAM_CLOSED, "DATA after the end"
            )
        if not stream.headers_seen:
            raise problems.StreamProblem(
                stream.stream_id, _ErrorCode.PROTOCOL_ERROR, "DATA before HEADERS"
            )

    def _count_down(self, size: int) -> None:
        """Take DATA off the connection's window, which is always refilled."""
        self._window -= size
        if self._window < 0:
            raise problems.ConnectionProblem(
                _ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window allows"
            )
        self._uncredited += size
        if self._uncredited * 2 >= self._limits.connection_window:
            self._window += self._uncredited
            self._out.control(frames.window_update(0, self._uncredited))
            self._uncredited = 0

    def _ended(self, stream: streams.Stream) -> None:
        """The peer has said all on a stream."""
        if stream.expected > 0:
            raise _wrong_length(stream.stream_id)
        stream.remote_closed = True
        if stream.local_closed:
            self._table.close(stream.stream_id, streams.Ending.BOTH_SIDES)

    def _late(self, stream_id: int, what: str) -> None:
        """A frame for a stream that is not open: an error but for what was under way."""
        if not stream_id or self._table.is_idle(stream_id):
            raise _broken(f"{what} on stream {stream_id}, which is idle")
        ending = self._table.ending(stream_id)
        if ending is streams.Ending.BY_US:
            self._counters.idle_frame()
        elif what == "DATA":
            raise problems.StreamProblem(stream_id, _ErrorCode.STREAM_CLOSED, "DATA after the end")
        elif ending is None:
            raise _broken(f"{what} on stream {stream_id} after later ones")
        else:
            raise problems.ConnectionProblem(
                _ErrorCode.STREAM_CLOSED, f"{what} on stream {stream_id}, which is closed"
            )

    def rst_stream(self, _flags: int, stream_id: int, payload: memoryview) -> None:
        """RST_STREAM: the peer ends a stream early."""
        _demand_length(payload, 4, "RST_STREAM")
        if not stream_id or self._table.is_idle(stream_id):
            raise _broken("RST_STREAM on an idle stream")
        stream = self._table.open.get(stream_id)
        self._counters.reset()
        if stream is not None:
            stream.queue = None
            self._table.close(stream_id, streams.Ending.BY_PEER)
            self.events.append(events.StreamReset(stream_id, frames.word(payload)))

    def priority(self, _flags: int, stream_id: int, payload: memoryview) -> None:
        """Priorities are ignored (RFC 9113, section 5.3.2), malformed ones are not."""
        if not stream_id:
            raise _broken("PRIORITY without a stream")
        if len(payload) != 5:
            raise problems.StreamProblem(stream_id, _ErrorCode.FRAME_SIZE_ERROR, "PRIORITY")
        if frames.word(payload) & codes.LARGEST_STREAM_ID == stream_id:
            raise problems.StreamProblem(stream_id, _ErrorCode.PROTOCOL_ERROR, "depends on itself")
        self._counters.idle_frame()

    def window_update(self, _flags: int, stream_id: int, payload: memoryview) -> None:
        """WINDOW_UPDATE: we may send more."""
        _demand_length(payload, 4, "WINDOW_UPDATE")
        increment = frames.word(payload) & codes.LARGEST_WINDOW
        if not stream_id:
            if not increment:
                raise _broken("WINDOW_UPDATE by nothing")
            self._out.window += increment
            if self._out.window > codes.LARGEST_WINDOW:
                raise problems.ConnectionProblem(
                    _ErrorCode.FLOW_CONTROL_ERROR, "the connection's window is too large"
                )
            return
        if self._table.is_idle(stream_id):
            raise _broken("WINDOW_UPDATE on an idle stream")
        if not increment:
            raise problems.StreamProblem(stream_id, _ErrorCode.PROTOCOL_ERROR, "update by nothing")
        stream = self._table.open.get(stream_id)
        if stream is None:
            self._counters.idle_frame()
            return
        if not self._out.widen(stream, increment):
            raise problems.StreamProblem(
                stream_id, _ErrorCode.FLOW_CONTROL_ERROR, "the stream's window is too large"
            )


def unpadded(payload: memoryview) -> memoryview:
    """The content of a padded payload (RFC 9113, section 6.1)."""
    if not payload:
        raise problems.ConnectionProblem(_ErrorCode.FRAME_SIZE_ERROR, "a padded frame too short")
    padding = payload[0]
    if padding >= len(payload):
        raise _broken("padding longer than its frame")
    return payload[1 : len(payload) - padding]


def _demand_length(payload: memoryview, length: int, what: str) -> None:
    if len(payload) != length:
        raise problems.ConnectionProblem(
            _ErrorCode.FRAME_SIZE_ERROR, f"{what} of {len(payload)} bytes"
        )


def _broken(message: str) -> problems.ConnectionProblem:
    return problems.ConnectionProblem(_ErrorCode.PROTOCOL_ERROR, message)


def _wrong_length(stream_id: int) -> problems.StreamProblem:
    return problems.StreamProblem(
        stream_id, _ErrorCode.PROTOCOL_ERROR, "content-length and content differ"
    )
