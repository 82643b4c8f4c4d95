# SPDX-License-Identifier: Apache-2.0
"""What `connection.Connection` tells: the only way in which bytes reach the layers above.

Nobody changes an event. Those of every call are not frozen all the same: making a frozen one takes
three times as long.
"""

import dataclasses

from . import fields


@dataclasses.dataclass(slots=True)
class HeadersReceived:
    """The head of a request (server) or of a response (client)."""

    stream_id: int
    block: fields.Block
    end_stream: bool


@dataclasses.dataclass(slots=True)
class DataReceived:
    """Content of one frame or of several. Whoever has used it up calls `Connection.consumed`.

    `data` keeps nothing else in memory than what it holds, padding aside.
    """

    stream_id: int
    data: memoryview
    end_stream: bool


@dataclasses.dataclass(slots=True)
class TrailersReceived:
    """The fields after the content; the peer has ended the stream."""

    stream_id: int
    block: fields.Block


@dataclasses.dataclass(frozen=True, slots=True)
class StreamReset:
    """A stream ended early.

    `message` is empty where the peer ended it; else it tells which rule the peer broke, and the
    peer was told the code. Nothing more comes from the stream, and nothing can be sent on it.
    """

    stream_id: int
    code: int
    message: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DataSent:
    """`size` bytes that had been waiting for a window have gone out."""

    stream_id: int
    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class SettingsReceived:
    """The peer's settings are in effect; the first one ends the handshake."""


@dataclasses.dataclass(frozen=True, slots=True)
class GoAwayReceived:
    """The peer takes no new streams; those that it will not serve were refused before this event.

    Each of them is a `StreamReset` with REFUSED_STREAM (RFC 9113, section 6.8). `code` is 0 for a
    good-bye without an error.
    """

    code: int
    debug: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class PingAcknowledged:
    """The peer answered a PING of ours."""

    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class ConnectionFailed:
    """The peer broke the connection's rules: send what is collected (GOAWAY), then close."""

    code: int
    message: str


Event = (
    HeadersReceived
    | DataReceived
    | TrailersReceived
    | StreamReset
    | DataSent
    | SettingsReceived
    | GoAwayReceived
    | PingAcknowledged
    | ConnectionFailed
)
