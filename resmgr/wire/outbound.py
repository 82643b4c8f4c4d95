# SPDX-License-Identifier: Apache-2.0
"""What one side has to say, collected until somebody fetches it, and held back by windows.

DATA goes out while the windows of the stream and of the connection have room and the transport
takes it; what is left waits in its stream, and `pump` sends it in turns, a frame from each stream.
Everything else goes out at once. Trailers wait for the data before them.
"""

import collections
from typing import Final

from . import codes, compression, events, fields, frames, limits, pieces, settings, streams

_TURN: Final = 256 * 1024
"""Bytes that one `pump` sends at most, so that a large window does not fill the transport."""


class Outbound:
    """The sending half of a connection.

    `paused` is set by whoever owns the transport while that takes no more.
    """

    __slots__ = (
        "_encoder",
        "_limits",
        "_out",
        "_ready",
        "_server",
        "_table",
        "_unread",
        "paused",
        "peer",
        "window",
    )

    def __init__(self, table: streams.Table, bounds: limits.Limits, *, client: bool) -> None:
        self.peer = settings.Settings()
        self.window = codes.DEFAULT_WINDOW
        self.paused = False
        self._table = table
        self._server = not client
        self._limits = bounds
        self._encoder = compression.Encoder()
        self._out: list[bytes | memoryview] = []
        self._ready: collections.deque[streams.Stream] = collections.deque()
        self._unread = 0

    def fetch(self) -> list[bytes | memoryview]:
        """What is to be written now, in order."""
        out = self._out
        if out:
            self._out = []
        return out

    @property
    def choked(self) -> bool:
        """Whether so much waits for a peer that does not read that nothing more should be begun."""
        return self._unread > self._limits.unread_replies

    @property
    def backlog(self) -> bool:
        """Whether `pump` has something to do now, and not only after the peer's next word."""
        if not self._ready or self.paused:
            return False
        queue = self._ready[0].queue
        return self.window > 0 or not queue or not queue[0]

    def resume(self) -> None:
        """The transport takes more."""
        self.paused = False
        self._unread = 0

    def control(self, frame: bytes) -> None:
        """Send a frame that no window holds back."""
        self._out.append(frame)
        if self.paused:
            self._unread += len(frame)

    def headers(self, stream: streams.Stream, block: fields.Block, *, end_stream: bool) -> None:
        """Send a header block; trailers wait until the data before them has gone out."""
        if stream.queue:
            stream.trailers = block
            return
        self._send_headers(stream, block, end_stream=end_stream)

    def _send_headers(
        self, stream: streams.Stream, block: fields.Block, *, end_stream: bool
    ) -> None:
        self.control(
            frames.header_block(
                stream.stream_id,
                self._encoder.encode(block),
                end_stream=end_stream,
                limit=self.peer.max_frame_size,
            )
        )
        if end_stream:
            self._end(stream)

    def data(self, stream: streams.Stream, data: memoryview, *, end_stream: bool) -> int:
        """Send content, or queue it; gives the bytes that went out at once."""
        size = len(data)
        if (
            not stream.queue
            and not self.paused
            and size <= stream.send_window
            and size <= self.window
            and size <= _TURN
        ):
            limit = self.peer.max_frame_size
            if size > limit:
                data = self._send_full(stream, data, limit)
            self._send_data(stream, data, end_stream=end_stream)
            return size
        if stream.queue is None:
            stream.queue = collections.deque()
        # A view keeps all that was received together with it: a small one is copied.
        whole = data.obj
        if not isinstance(whole, bytes) or size * 2 < len(whole):
            data = memoryview(bytes(data))
        pieces.add(stream.queue, data)
        stream.queue_ends = end_stream
        self._offer(stream)
        return 0

    def _send_data(self, stream: streams.Stream, data: memoryview, *, end_stream: bool) -> None:
        size = len(data)
        stream.send_window -= size
        self.window -= size
        flags = codes.END_STREAM if end_stream else 0
        self._out.append(frames.frame_header(size, codes.DATA, flags, stream.stream_id))
        if size:
            self._out.append(data)
        if end_stream:
            self._end(stream)

    def _send_full(self, stream: streams.Stream, data: memoryview, limit: int) -> memoryview:
        """Send content in frames as long as the peer allows; gives what is left for the last."""
        stop = (len(data) - 1) // limit * limit
        header = frames.frame_header(limit, codes.DATA, 0, stream.stream_id)
        for start in range(0, stop, limit):
            self._out += (header, data[start : start + limit])
        stream.send_window -= stop
        self.window -= stop
        return data[stop:]

    def _offer(self, stream: streams.Stream) -> None:
        """Put a stream into the row of those that can send."""
        if not stream.ready and stream.queue and stream.send_window >= min(len(stream.queue[0]), 1):
            stream.ready = True
            self._ready.append(stream)

    def pump(self) -> list[events.Event]:
        """Send what had to wait, at most so much that the transport can take it in one turn."""
        sent: list[events.Event] = []
        total = 0
        while self._ready and not self.paused and total < _TURN:
            stream = self._ready[0]
            queue = stream.queue
            if not queue:  # it was reset
                self._ready.popleft()
                stream.ready = False
                continue
            head = queue[0]
            # An empty piece goes out at a window of 0, but at none below, which settings may make.
            least = min(len(head), 1)
            if stream.send_window < least:
                self._ready.popleft()
                stream.ready = False
                continue
            if self.window < least:
                break
            size = min(len(head), stream.send_window, self.window, self.peer.max_frame_size)
            self._ready.popleft()
            stream.ready = False
            total += size + frames.HEADER_LENGTH
            self._send_head(stream, queue, size)
            sent.append(events.DataSent(stream.stream_id, size))
            self._offer(stream)
        return sent

    def _send_head(
        self, stream: streams.Stream, queue: collections.deque[memoryview], size: int
    ) -> None:
        """Send `size` bytes of the first piece of a queue, and what follows when it is the last."""
        head = queue[0]
        if size < len(head):
            queue[0] = head[size:]
            self._send_data(stream, head[:size], end_stream=False)
            return
        queue.popleft()
        self._send_data(stream, head, end_stream=stream.queue_ends and not queue)
        if not queue and stream.trailers is not None:
            self._send_headers(stream, stream.trailers, end_stream=True)

    def _end(self, stream: streams.Stream) -> None:
        stream.local_closed = True
        if stream.remote_closed:
            self._table.close(stream.stream_id, streams.Ending.BOTH_SIDES)
        elif self._server:
            # The answer is complete before the request is: the rest need not be sent.
            self.reset(stream.stream_id, codes.ErrorCode.NO_ERROR)

    def reset(self, stream_id: int, code: int) -> None:
        """End a stream early; what it had queued is dropped."""
        stream = self._table.open.get(stream_id)
        if stream is not None:
            stream.queue = None
        self._table.close(stream_id, streams.Ending.BY_US)
        self.control(frames.rst_stream(stream_id, code))

    def credit(self, stream: streams.Stream, size: int) -> None:
        """Let the peer send as much again on a stream, told in not too small steps."""
        stream.uncredited += size
        if stream.uncredited * 2 >= self._limits.stream_window and not stream.remote_closed:
            stream.receive_window += stream.uncredited
            self.control(frames.window_update(stream.stream_id, stream.uncredited))
            stream.uncredited = 0

    def widen(self, stream: streams.Stream, increment: int) -> bool:
        """The peer takes more on a stream; false when the window would be too large."""
        stream.send_window += increment
        self._offer(stream)
        return stream.send_window <= codes.LARGEST_WINDOW

    def apply(self, new: settings.Settings) -> bool:
        """Obey the peer's new settings; false when a window would be too large."""
        delta = new.initial_window_size - self.peer.initial_window_size
        if new.header_table_size != self.peer.header_table_size:
            self._encoder.resize(new.header_table_size)
        self.peer = new
        if delta and not self._table.shift_send_windows(delta):
            return False
        if delta > 0:
            for stream in self._table.open.values():
                self._offer(stream)
        return True
