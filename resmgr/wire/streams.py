# SPDX-License-Identifier: Apache-2.0
"""Streams: which are open, what is left of their windows, how the closed ones ended.

The states of RFC 9113, section 5.1, are told by `local_closed`, `remote_closed` and being in the
table at all. A closed stream is forgotten but for how it ended, and of that only the latest are
known: late frames are common, very late ones are treated as for a stream that nobody knows.
"""

import collections
import enum

from . import codes, fields


class Ending(enum.Enum):
    """How a stream came to be closed."""

    BOTH_SIDES = enum.auto()
    """Both peers said that it ends."""

    BY_PEER = enum.auto()
    """The peer reset it, so it must not send any more on it."""

    BY_US = enum.auto()
    """We reset or refused it; frames that were under way are ignored."""


class Stream:
    """One open stream."""

    __slots__ = (
        "expected",
        "headers_seen",
        "local_closed",
        "queue",
        "queue_ends",
        "ready",
        "receive_window",
        "remote_closed",
        "send_window",
        "stream_id",
        "trailers",
        "uncredited",
    )

    def __init__(self, stream_id: int, receive_window: int, send_window: int) -> None:
        self.stream_id = stream_id
        self.receive_window = receive_window
        self.send_window = send_window
        self.uncredited = 0
        self.local_closed = False
        self.remote_closed = False
        self.headers_seen = False
        self.expected = -1
        self.queue: collections.deque[memoryview] | None = None
        self.queue_ends = False
        self.trailers: fields.Block | None = None
        self.ready = False


class Table:
    """The streams of a connection."""

    __slots__ = ("_older", "_recent", "highest_peer_id", "next_own_id", "open")

    _REMEMBERED = 128

    def __init__(self, *, client: bool) -> None:
        self.open: dict[int, Stream] = {}
        self.next_own_id = 1 if client else 2
        self.highest_peer_id = 0
        self._recent: dict[int, Ending] = {}
        self._older: dict[int, Ending] = {}

    def close(self, stream_id: int, ending: Ending) -> None:
        """Forget a stream but for how it ended."""
        self.open.pop(stream_id, None)
        if len(self._recent) >= self._REMEMBERED:
            self._older = self._recent
            self._recent = {}
        self._recent[stream_id] = ending

    def ending(self, stream_id: int) -> Ending | None:
        """How a closed stream ended, if that is still known."""
        return self._recent.get(stream_id) or self._older.get(stream_id)

    def is_idle(self, stream_id: int) -> bool:
        """Whether nobody has used this number so far."""
        if (stream_id ^ self.next_own_id) & 1:
            return stream_id > self.highest_peer_id
        return stream_id >= self.next_own_id

    def shift_send_windows(self, delta: int) -> bool:
        """Add to every send window; false when one would be larger than the protocol allows."""
        for stream in self.open.values():
            stream.send_window += delta
            if stream.send_window > codes.LARGEST_WINDOW:
                return False
        return True
