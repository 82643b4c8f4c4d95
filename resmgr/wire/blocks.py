# SPDX-License-Identifier: Apache-2.0
"""Puts header blocks together that came in HEADERS and CONTINUATION frames."""

from . import codes, compression, fields, limits, problems


class Assembly:
    """At most one block is open at a time (RFC 9113, section 4.3); it is bounded by `Limits`.

    `stream_id` is the stream of the open block, 0 while none is open.
    """

    __slots__ = ("_decoder", "_end_stream", "_frames", "_limits", "_parts", "_size", "stream_id")

    def __init__(self, bounds: limits.Limits) -> None:
        self.stream_id = 0
        self._limits = bounds
        self._decoder = compression.Decoder(bounds.header_list)
        self._parts: list[bytes] = []
        self._size = 0
        self._frames = 0
        self._end_stream = False

    def begin(self, flags: int, stream_id: int, payload: memoryview) -> fields.Block | None:
        """Take what HEADERS holds; gives the block if it is complete.

        Raises `problems.ConnectionProblem` for a block that is too long or cannot be read: the
        table of the other blocks would be lost with it.
        """
        if flags & codes.END_HEADERS:
            return self._decoder.decode(bytes(payload))
        self.stream_id = stream_id
        self._end_stream = bool(flags & codes.END_STREAM)
        self._size = self._frames = 0
        self._add(payload)
        return None

    def go_on(
        self, flags: int, stream_id: int, payload: memoryview
    ) -> tuple[fields.Block, bool] | None:
        """Take what CONTINUATION holds; gives the block and END_STREAM if it is complete.

        Raises `problems.ConnectionProblem`, also for a frame that continues nothing.
        """
        if not stream_id or stream_id != self.stream_id:
            raise problems.ConnectionProblem(
                codes.ErrorCode.PROTOCOL_ERROR, "CONTINUATION of nothing"
            )
        self._add(payload)
        if not flags & codes.END_HEADERS:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        self.stream_id = 0
        return self._decoder.decode(whole), self._end_stream

    def _add(self, payload: memoryview) -> None:
        self._size += len(payload)
        self._frames += 1
        if self._size > self._limits.header_block or self._frames > self._limits.header_frames:
            raise problems.ConnectionProblem(
                codes.ErrorCode.ENHANCE_YOUR_CALM, "a header block over the limit"
            )
        self._parts.append(bytes(payload))
