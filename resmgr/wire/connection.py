# SPDX-License-Identifier: Apache-2.0
"""One HTTP/2 connection, as a client or as a server, between bytes and events.

    events = connection.receive(data)     # never raises, whatever the bytes are
    connection.data(stream_id, data)      # what we say is collected...
    connection.pump()                     # ...as far as windows allow...
    connection.fetch()                    # ...and written once per turn of an event loop

Sending on a stream that has ended meanwhile does nothing: the event that tells of its end is on its
way to the caller.
"""

from typing import Final

from . import codes, events, fields, frames, inbound, limits, outbound, problems, settings, streams

DEFAULT_LIMITS: Final = limits.Limits()

_SHUTDOWN_PING: Final = b"goodbye!"


class Connection:
    """Both halves of a connection and what they share."""

    __slots__ = (
        "_counters",
        "_draining",
        "_inbound",
        "_limits",
        "_out",
        "_table",
        "fetch",
        "pump",
    )

    def __init__(self, *, client: bool, bounds: limits.Limits = DEFAULT_LIMITS) -> None:
        self._limits = bounds
        self._table = streams.Table(client=client)
        self._counters = limits.Counters(bounds)
        self._out = outbound.Outbound(self._table, bounds, client=client)
        self._inbound = inbound.Inbound(
            self._table, self._out, self._counters, bounds, client=client
        )
        self._draining = False
        # Called for every turn, so without a method in between.
        self.fetch = self._out.fetch
        self.pump = self._out.pump
        self._introduce(client=client)

    def _introduce(self, *, client: bool) -> None:
        """Say what has to be said first: preface, settings, the connection's window."""
        ours = settings.Settings(
            enable_push=0 if client else 1,
            max_concurrent_streams=self._limits.concurrent_streams,
            initial_window_size=self._limits.stream_window,
            max_header_list_size=self._limits.header_list,
        ).differing()
        if client:
            del ours[codes.MAX_CONCURRENT_STREAMS]  # it would be about pushed streams
        self._out.control(
            (codes.PREFACE if client else b"")
            + frames.settings(ours)
            + frames.window_update(0, self._limits.connection_window - codes.DEFAULT_WINDOW)
        )

    # -- Receiving ----------------------------------------------------------------------------

    def receive(self, data: bytes | memoryview) -> list[events.Event]:
        """What these bytes mean. `data` may change afterwards: events hold copies."""
        found = self._inbound.receive(data)
        if self._draining and events.PingAcknowledged(_SHUTDOWN_PING) in found:
            self._last_goaway()
        return found

    def consumed(self, stream_id: int, size: int) -> None:
        """`size` bytes of a stream's content have been used up: the peer may send as much again."""
        stream = self._table.open.get(stream_id)
        if stream is not None and size:
            self._out.credit(stream, size)

    # -- Sending ------------------------------------------------------------------------------

    @property
    def can_open(self) -> bool:
        """Whether a client may open a stream now."""
        return (
            not self._inbound.failed
            and not self._inbound.goaway_received
            and not self._out.choked
            and len(self._table.open) < self._out.peer.max_concurrent_streams
            and self._table.next_own_id < codes.LARGEST_STREAM_ID
        )

    @property
    def exhausted(self) -> bool:
        """Whether this connection will never open a stream again."""
        return (
            self._inbound.failed
            or self._inbound.goaway_received
            or self._table.next_own_id >= codes.LARGEST_STREAM_ID
        )

    def request(self, block: fields.Block, *, end_stream: bool = False) -> int:
        """Open a stream with the head of a request, when `can_open`; gives its number."""
        stream_id = self._table.next_own_id
        self._table.next_own_id += 2
        stream = streams.Stream(
            stream_id, self._limits.stream_window, self._out.peer.initial_window_size
        )
        self._table.open[stream_id] = stream
        self._out.headers(stream, block, end_stream=end_stream)
        return stream_id

    def headers(self, stream_id: int, block: fields.Block, *, end_stream: bool = False) -> None:
        """Send the head of a response, or trailers (with `end_stream`)."""
        stream = self._sending(stream_id)
        if stream is not None:
            self._out.headers(stream, block, end_stream=end_stream)

    def data(self, stream_id: int, data: memoryview, *, end_stream: bool = False) -> int:
        """Send content.

        Gives how many bytes need no waiting for: all of them or 0; then `events.DataSent` tells as
        they go out. What waits is bounded by whoever sends: nothing is dropped here.
        """
        stream = self._sending(stream_id)
        if stream is None:
            return len(data)
        return self._out.data(stream, data, end_stream=end_stream)

    def _sending(self, stream_id: int) -> streams.Stream | None:
        """The stream, if we have not ended it."""
        stream = self._table.open.get(stream_id)
        if stream is None or stream.local_closed or stream.queue_ends or stream.trailers:
            return None
        return stream

    def reset(self, stream_id: int, code: int) -> None:
        """End a stream early, if it is still open."""
        if stream_id in self._table.open:
            self._out.reset(stream_id, code)

    def ping(self, payload: bytes) -> None:
        """Ask the peer to answer with these eight bytes."""
        self._out.control(frames.ping(payload))

    def shut_down(self) -> None:
        """Take no new streams, and let those that are open end.

        Streams that the peer opened before it heard of it are still served: the last one is known
        when it has answered a PING (RFC 9113, section 6.8).
        """
        if not self._draining and not self._inbound.failed:
            self._draining = True
            self._out.control(frames.goaway(codes.LARGEST_STREAM_ID, codes.ErrorCode.NO_ERROR))
            self._out.control(frames.ping(_SHUTDOWN_PING))

    def _last_goaway(self) -> None:
        last = self._table.highest_peer_id
        if self._inbound.streams.last_accepted != last:
            self._inbound.streams.last_accepted = last
            self._out.control(frames.goaway(last, codes.ErrorCode.NO_ERROR))

    def give_up(self, code: codes.ErrorCode, message: str) -> None:
        """End the connection at once for a reason that is not in its bytes."""
        if not self._inbound.failed:
            self._inbound.fail(problems.ConnectionProblem(code, message))

    # -- State --------------------------------------------------------------------------------

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._table.open)

    @property
    def drained(self) -> bool:
        """Whether the peer knows of our GOAWAY and no stream is open any more."""
        return (
            self._inbound.streams.last_accepted != codes.LARGEST_STREAM_ID and not self._table.open
        )

    @property
    def settled(self) -> bool:
        """Whether the peer has introduced itself."""
        return self._inbound.settled

    @property
    def failed(self) -> bool:
        """Whether the connection was given up: what is collected goes out, then it is closed."""
        return self._inbound.failed

    @property
    def backlog(self) -> bool:
        """Whether `pump` has something to do now."""
        return self._out.backlog

    @property
    def choked(self) -> bool:
        """Whether the peer should not be read until it reads."""
        return self._out.choked

    def pause(self) -> None:
        """Hold DATA back: the transport takes no more."""
        self._out.paused = True

    def resume(self) -> None:
        """The transport takes more; `pump` sends what waited."""
        self._out.resume()

    def forgive(self) -> None:
        """Begin a new interval of the counters in `limits`; call it every few seconds."""
        self._counters.forgive()
