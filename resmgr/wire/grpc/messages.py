# SPDX-License-Identifier: Apache-2.0
"""Messages with the five bytes that gRPC puts before each: a compressed flag and the length."""

import struct
from collections.abc import Iterator
from typing import Final

PREFIX_LENGTH: Final = 5
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a message that is taken as a whole, as the kubelet's own client allows."""

_PREFIX = struct.Struct(">BL")


class TooLargeError(Exception):
    """A message is longer than allowed."""


def frame(message: bytes, *, compressed: bool = False) -> bytes:
    """A message with its prefix."""
    return _PREFIX.pack(compressed, len(message)) + message


def only(content: bytes) -> tuple[bool, bytes]:
    """Compressed flag and bytes of the one message that content is. Raises `ValueError`."""
    if len(content) < PREFIX_LENGTH:
        raise ValueError("no message")
    flag, length = _PREFIX.unpack_from(content)
    if len(content) != PREFIX_LENGTH + length:
        raise ValueError("not exactly one message")
    return bool(flag), content[PREFIX_LENGTH:]


class Reader:
    """Puts messages together, however content was split.

    What is kept is at most one message and its prefix.
    """

    __slots__ = ("_buffer", "_limit")

    def __init__(self, limit: int = LARGEST) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes | memoryview) -> Iterator[tuple[bool, bytes]]:
        """Yield compressed flag and bytes of each message that is complete.

        Raises `TooLargeError` at the prefix of a message over the limit.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= PREFIX_LENGTH:
            flag, length = _PREFIX.unpack_from(buffer)
            if length > self._limit:
                raise TooLargeError(f"a message of {length} bytes, at most {self._limit} are taken")
            end = PREFIX_LENGTH + length
            if len(buffer) < end:
                return
            yield bool(flag), bytes(memoryview(buffer)[PREFIX_LENGTH:end])
            del buffer[:end]

    @property
    def size(self) -> int:
        """Bytes of the message that is not complete."""
        return len(self._buffer)
