# SPDX-License-Identifier: Apache-2.0
"""Compressed messages (`grpc-encoding`), for those that have to be read; others pass untouched."""

import zlib
from typing import Final

from .. import fields
from . import messages

IDENTITY: Final = b"identity"

_WINDOWS: Final = {b"gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


class UnreadableError(Exception):
    """A compressed message cannot be read."""


def of_block(head: fields.Block) -> bytes:
    """The encoding that the head of a request or of a response announces."""
    return head.get(b"grpc-encoding") or IDENTITY


def decompress(message: bytes, encoding: bytes, *, limit: int = messages.LARGEST) -> bytes:
    """The content of a message that is flagged as compressed.

    Raises `UnreadableError` for another encoding, for damaged data and for more than `limit` bytes,
    of which no more than that is ever made.
    """
    bits = _WINDOWS.get(encoding)
    if bits is None:
        name = encoding.decode("ascii", "replace")
        raise UnreadableError(f"the encoding {name} of a compressed message is not known")
    reader = zlib.decompressobj(bits)
    try:
        out = reader.decompress(message, limit + 1)
    except zlib.error as cause:
        raise UnreadableError(f"the data is damaged: {cause}") from cause
    if len(out) > limit:
        raise UnreadableError(f"it is longer than {limit} bytes")
    if not reader.eof:
        raise UnreadableError("the data ends early")
    return out
