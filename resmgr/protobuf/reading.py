# SPDX-License-Identifier: Apache-2.0
"""Reading messages: bytes of the wrong form are one kind of error, whatever protobuf calls it."""

from typing import TypeVar

from google.protobuf import message

M = TypeVar("M", bound=message.Message)


class Unreadable(Exception):
    """Bytes are no message of their kind."""


def read(kind: type[M], data: bytes) -> M:
    """Read a message. Raises `Unreadable`."""
    try:
        return kind.FromString(data)
    except message.DecodeError as error:
        name = kind.__name__
        raise Unreadable(f"cannot read {len(data)} bytes as a {name}: {error}") from error
