# SPDX-License-Identifier: Apache-2.0
"""Plays the peer of a connection by the byte, with a parser and an encoder that are not ours."""

import dataclasses
import struct

import hpack

from resmgr.wire import connection, events, fields, limits

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
REQUEST = (
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", b"/service/Method"),
    (b":authority", b"localhost"),
    (b"content-type", b"application/grpc"),
)
RESPONSE = ((b":status", b"200"), (b"content-type", b"application/grpc"))

DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY, ACK = 1, 4, 8, 0x20, 1


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame as it was written."""

    kind: int
    flags: int
    stream_id: int
    payload: bytes

    @property
    def code(self) -> int:
        """The error code of RST_STREAM or GOAWAY."""
        found: int = struct.unpack(
            ">L", self.payload[-4:] if self.kind == RST else self.payload[4:8]
        )[0]
        return found

    @property
    def word(self) -> int:
        """The first 32 bits of the payload."""
        found: int = struct.unpack(">L", self.payload[:4])[0]
        return found


def frame(kind: int, flags: int = 0, stream_id: int = 0, payload: bytes = b"") -> bytes:
    """Write a frame."""
    return (
        struct.pack(">L", len(payload))[1:] + struct.pack(">BBL", kind, flags, stream_id) + payload
    )


def parse(data: bytes) -> list[Frame]:
    """Read frames; nothing may be left over."""
    found = []
    while data:
        length = int.from_bytes(data[:3], "big")
        kind, flags, stream_id = struct.unpack(">BBL", data[3:9])
        assert len(data) >= 9 + length
        found.append(Frame(kind, flags, stream_id, data[9 : 9 + length]))
        data = data[9 + length :]
    return found


def word(value: int) -> bytes:
    """Write 32 bits."""
    return struct.pack(">L", value)


def settings(**values: int) -> bytes:
    """Write SETTINGS by the names of RFC 9113 in lower case."""
    numbers = {
        "header_table_size": 1,
        "enable_push": 2,
        "max_concurrent_streams": 3,
        "initial_window_size": 4,
        "max_frame_size": 5,
        "max_header_list_size": 6,
    }
    payload = b"".join(struct.pack(">HL", numbers[name], value) for name, value in values.items())
    return frame(SETTINGS, 0, 0, payload)


def written(conn: connection.Connection) -> bytes:
    """Give all that a connection wants to write, what windows allow included."""
    out = b"".join(conn.fetch())
    while conn.backlog:
        conn.pump()
        out += b"".join(conn.fetch())
    return out


class Book:
    """A connection of ours after the introductions, and its peer."""

    def __init__(
        self, *, client: bool = False, bounds: limits.Limits | None = None, **peer: int
    ) -> None:
        """Introduce both; `peer` are the other side's settings."""
        self.connection = connection.Connection(
            client=client, bounds=bounds or connection.DEFAULT_LIMITS
        )
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.introduction = parse(written(self.connection).removeprefix(PREFACE))
        self.say((b"" if client else PREFACE) + settings(**peer) + frame(SETTINGS, ACK))
        assert [found.kind for found in self.hear()] == [SETTINGS]

    def say(self, *data: bytes) -> list[events.Event]:
        """Let the peer say something; gives what the connection makes of it."""
        return self.connection.receive(b"".join(data))

    def hear(self) -> list[Frame]:
        """Give what the connection said since the last time."""
        return parse(written(self.connection))

    def block(self, *pairs: tuple[bytes, bytes]) -> bytes:
        """Encode a header list as the peer."""
        return self.encoder.encode(pairs)

    def headers(
        self, stream_id: int, *pairs: tuple[bytes, bytes], end_stream: bool = False
    ) -> bytes:
        """Write HEADERS as the peer."""
        flags = END_HEADERS | (END_STREAM if end_stream else 0)
        return frame(HEADERS, flags, stream_id, self.block(*pairs))

    def request(self, stream_id: int, *, end_stream: bool = False) -> bytes:
        """Write the head of a request as the peer."""
        return self.headers(stream_id, *REQUEST, end_stream=end_stream)

    def fields_of(self, found: Frame) -> list[tuple[bytes, bytes]]:
        """Decode the block of a HEADERS frame that the connection wrote."""
        return [
            (bytes(name), bytes(value))
            for name, value in self.decoder.decode(found.payload, raw=True)
        ]


def block(*pairs: tuple[bytes, bytes]) -> fields.Block:
    """Make a block to send."""
    return fields.Block(pairs)
