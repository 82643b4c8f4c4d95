# SPDX-License-Identifier: Apache-2.0
"""How much one connection may ask of us, and the counters that hold a peer to it."""

import dataclasses

from . import codes, problems


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of memory and work for one connection."""

    concurrent_streams: int = 100
    """Streams that a peer may have open at a time."""

    stream_window: int = 128 * 1024
    """Bytes that a peer may send on a stream ahead of whoever reads it. Times the streams it bounds
    what a connection can make us keep."""

    connection_window: int = 16 * 1024 * 1024
    """Bytes that a peer may send on all streams; always refilled, so that no stream waits for
    another one's reader."""

    header_list: int = 64 * 1024
    """Bytes of a decoded header list, counted as RFC 9113, section 6.5.2, does."""

    header_block: int = 64 * 1024
    """Bytes of an encoded header block."""

    header_frames: int = 64
    """HEADERS and CONTINUATION frames of one block: empty ones cost no bytes."""

    resets: int = 1000
    """Streams that may end early between two calls of `Counters.forgive` (rapid reset)."""

    idle_frames: int = 20_000
    """Frames that carry nothing (PING, SETTINGS, PRIORITY, empty DATA, unknown ones) between two
    calls of `Counters.forgive`."""

    unread_replies: int = 64 * 1024
    """Bytes besides DATA that are kept for a peer that does not read; at this point it is not read
    from either, until it does."""


class Counters:
    """Counts what a peer does too often; whoever has a clock forgives at intervals."""

    __slots__ = ("_idle", "_limits", "_resets")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle = self._resets = 0

    def idle_frame(self) -> None:
        """Count a frame that carries nothing; raises `problems.ConnectionProblem` at the limit."""
        self._idle += 1
        if self._idle > self._limits.idle_frames:
            raise _calm("too many frames that carry nothing")

    def reset(self) -> None:
        """Count a stream that ended early. Raises `problems.ConnectionProblem` over the limit."""
        self._resets += 1
        if self._resets > self._limits.resets:
            raise _calm("too many streams reset")

    def forgive(self) -> None:
        """Begin a new interval."""
        self._idle = self._resets = 0


def _calm(message: str) -> problems.ConnectionProblem:
    return problems.ConnectionProblem(codes.ErrorCode.ENHANCE_YOUR_CALM, message)
