# SPDX-License-Identifier: Apache-2.0
"""Frames of HTTP/2 from bytes and to bytes (RFC 9113, section 4.1).

Here a frame is only a length, a type, flags, a stream and a payload; what a payload means is judged
in `inbound`.
"""

import struct
from collections.abc import Iterator
from typing import Final

from . import codes, problems

Frame = tuple[int, int, int, memoryview]
"""Type, flags, stream and payload of one frame. A plain tuple: one is made for every frame."""

HEADER_LENGTH: Final = 9

_HEADER = struct.Struct(">HBBBL")
_unpack_header = _HEADER.unpack_from
_pack_header = _HEADER.pack
_STREAM_MASK = 0x7FFF_FFFF
_WORD = struct.Struct(">L")
_SETTING = struct.Struct(">HL")


class Reader:
    """Cuts a byte stream into frames, however the stream was split on its way.

    The payload of DATA is bytes of its own. All others are views of what was fed, which may change
    after the last frame has been taken. At most one incomplete frame is kept, which is shorter
    than `limit` plus the header.
    """

    __slots__ = ("_have", "_need", "_parts", "limit")

    def __init__(self, limit: int = codes.SMALLEST_FRAME_LIMIT) -> None:
        self.limit = limit
        self._parts: list[bytes] = []
        self._have = 0
        self._need = HEADER_LENGTH

    def feed(self, data: bytes | memoryview) -> Iterator[Frame]:
        """Yield the frames that are complete.

        DATA frames without flags that follow each other with the same header, as those of a long
        message do, are one frame with the content of all: a frame's borders mean nothing there.

        Raises `problems.ConnectionProblem` for a frame longer than the limit, as soon as its header
        is there and after the frames before it.
        """
        if self._parts:
            self._have += len(data)
            if self._have < self._need:
                self._parts.append(bytes(data))
                return
            data = b"".join((*self._parts, data))
            self._parts.clear()
        end = len(data)
        start = 0
        view = memoryview(data)
        while end - start >= HEADER_LENGTH:
            header = _unpack_header(data, start)
            high, low, kind, flags, stream_id = header
            length = high << 8 | low
            if length > self.limit:
                raise problems.ConnectionProblem(
                    codes.ErrorCode.FRAME_SIZE_ERROR, f"a frame of {length} bytes"
                )
            size = HEADER_LENGTH + length
            stop = start + size
            if stop > end:
                self._keep(data, start, stop)
                return
            payload = view[start + HEADER_LENGTH : stop]
            if kind == codes.DATA:
                parts = [payload]
                if length and not flags:
                    while stop + size <= end and _unpack_header(data, stop) == header:
                        parts.append(view[stop + HEADER_LENGTH : stop + size])
                        stop += size
                payload = memoryview(b"".join(parts))
            yield kind, flags, stream_id & _STREAM_MASK, payload
            start = stop
        if start < end:
            self._keep(data, start, start + HEADER_LENGTH)

    def _keep(self, data: bytes | memoryview, start: int, stop: int) -> None:
        """Remember the beginning of a frame that would end at `stop`."""
        rest = bytes(data[start:])
        self._parts.append(rest)
        self._have = len(rest)
        self._need = stop - start


def frame(kind: int, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    """A whole frame with a short payload."""
    length = len(payload)
    return _pack_header(length >> 8, length & 0xFF, kind, flags, stream_id) + payload


def frame_header(length: int, kind: int, flags: int, stream_id: int) -> bytes:
    """The nine bytes before a payload of `length` bytes."""
    return _pack_header(length >> 8, length & 0xFF, kind, flags, stream_id)


def header_block(stream_id: int, block: bytes, *, end_stream: bool, limit: int) -> bytes:
    """HEADERS, with as many CONTINUATION frames as the peer's limit makes necessary."""
    end = codes.END_STREAM if end_stream else 0
    length = len(block)
    if length <= limit:
        flags = codes.END_HEADERS | end
        return _pack_header(length >> 8, length & 0xFF, codes.HEADERS, flags, stream_id) + block
    parts = [block[start : start + limit] for start in range(0, length, limit)]
    out = [frame(codes.HEADERS, end, stream_id, parts[0])]
    out += [frame(codes.CONTINUATION, 0, stream_id, part) for part in parts[1:-1]]
    out.append(frame(codes.CONTINUATION, codes.END_HEADERS, stream_id, parts[-1]))
    return b"".join(out)


def settings(values: dict[int, int]) -> bytes:
    """SETTINGS with these values."""
    return frame(codes.SETTINGS, 0, 0, b"".join(_SETTING.pack(*pair) for pair in values.items()))


SETTINGS_ACK: Final = frame(codes.SETTINGS, codes.ACK, 0)


def rst_stream(stream_id: int, code: int) -> bytes:
    """RST_STREAM."""
    return frame(codes.RST_STREAM, 0, stream_id, _WORD.pack(code))


def window_update(stream_id: int, increment: int) -> bytes:
    """WINDOW_UPDATE; stream 0 is the connection."""
    return frame(codes.WINDOW_UPDATE, 0, stream_id, _WORD.pack(increment))


def ping(payload: bytes, *, ack: bool = False) -> bytes:
    """PING with eight bytes of payload."""
    return frame(codes.PING, codes.ACK if ack else 0, 0, payload)


def goaway(last_stream_id: int, code: int, debug: bytes = b"") -> bytes:
    """GOAWAY; the text in `debug` is for a person who reads a trace."""
    payload = _WORD.pack(last_stream_id) + _WORD.pack(code) + debug
    return frame(codes.GOAWAY, 0, 0, payload)


def word(payload: memoryview, start: int = 0) -> int:
    """The 32 bits at `start` of a payload."""
    value: int = _WORD.unpack_from(payload, start)[0]
    return value


def setting_pairs(payload: memoryview) -> Iterator[tuple[int, int]]:
    """The settings in a payload whose length is a multiple of six."""
    return _SETTING.iter_unpack(payload)
