# SPDX-License-Identifier: Apache-2.0
"""How a call ended: `grpc-status` and `grpc-message`, and the header lists that carry them."""

import dataclasses
import functools
import re
from typing import Final

from .. import codes as http2
from .. import fields
from .codes import Code, code

CONTENT_TYPE: Final = b"application/grpc"

_LONGEST_MESSAGE: Final = 8 * 1024
"""Bytes of a message of our own, well below what a peer takes as one header list."""

_CODED = re.compile(rb"%[0-9a-fA-F]{2}")
_PLAIN: Final = frozenset(range(0x20, 0x7F)) - {0x25}
_BY_HTTP_STATUS: Final = {
    b"400": Code.INTERNAL,
    b"401": Code.UNAUTHENTICATED,
    b"403": Code.PERMISSION_DENIED,
    b"404": Code.UNIMPLEMENTED,
    b"429": Code.UNAVAILABLE,
    b"502": Code.UNAVAILABLE,
    b"503": Code.UNAVAILABLE,
    b"504": Code.UNAVAILABLE,
}
_BY_RESET: Final = {
    http2.ErrorCode.REFUSED_STREAM: Code.UNAVAILABLE,
    http2.ErrorCode.CANCEL: Code.CANCELLED,
    http2.ErrorCode.ENHANCE_YOUR_CALM: Code.RESOURCE_EXHAUSTED,
    http2.ErrorCode.INADEQUATE_SECURITY: Code.PERMISSION_DENIED,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """A code and what it means in words."""

    code: Code
    message: str = ""


class CallError(Exception):
    """A call ended, or has to end, with a status other than OK."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code.name}: {message}")
        self.status = Status(code, message)


OK: Final = Status(Code.OK)


def encode_message(text: str) -> bytes:
    """Text for `grpc-message`: percent-encoded UTF-8, cut to a length that every peer takes."""
    raw = text.encode("utf-8", "replace")[:_LONGEST_MESSAGE]
    return b"".join(b"%c" % octet if octet in _PLAIN else b"%%%02X" % octet for octet in raw)


def decode_message(value: bytes) -> str:
    """The text of `grpc-message`; what is not properly encoded is taken as it is."""
    raw = _CODED.sub(lambda match: bytes.fromhex(match[0][1:].decode()), value)
    return raw.decode("utf-8", "replace")


def of_block(block: fields.Block) -> Status:
    """The status in trailers, or in a response that has nothing but its head."""
    value = block.get(b"grpc-status")
    if value is None:
        return of_http(block)
    message = block.get(b"grpc-message") or b""
    if value == b"0" and not message:
        return OK
    if not value.isdigit() or len(value) > 9:
        return Status(Code.UNKNOWN, "the grpc-status is no number")
    return Status(code(int(value)), decode_message(message))


def of_http(block: fields.Block) -> Status:
    """What stands for a response without a `grpc-status`, by gRPC's table of HTTP statuses."""
    status = block.get(b":status")
    if status is None or status == b"200":
        return Status(Code.INTERNAL, "the response ended without a grpc-status")
    found = _BY_HTTP_STATUS.get(status, Code.UNKNOWN)
    return Status(found, f"HTTP status {status.decode()} instead of a gRPC response")


def of_reset(error: int, message: str = "") -> Status:
    """What stands for a stream that was reset."""
    text = f"the stream was reset ({http2.name_of(error)})"
    found = _BY_RESET.get(error, Code.INTERNAL)  # type: ignore[call-overload]
    return Status(found, f"{text}: {message}" if message else text)


def _trailing(status: Status) -> fields.Fields:
    number: fields.Field = (b"grpc-status", b"%d" % status.code)
    if not status.message:
        return (number,)
    return (number, (b"grpc-message", encode_message(status.message)))


@functools.lru_cache(maxsize=64)
def trailers(status: Status) -> fields.Block:
    """The trailers that end a call."""
    return fields.Block(_trailing(status))


@functools.lru_cache(maxsize=64)
def trailers_only(status: Status) -> fields.Block:
    """A response that is nothing but a status."""
    return fields.Block(((b":status", b"200"), (b"content-type", CONTENT_TYPE), *_trailing(status)))


RESPONSE: Final = fields.Block(((b":status", b"200"), (b"content-type", CONTENT_TYPE)))
"""The head of a response of ours."""
