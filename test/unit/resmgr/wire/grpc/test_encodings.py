# SPDX-License-Identifier: Apache-2.0
"""Compressed messages."""

import gzip
import zlib

import pytest

from resmgr.wire import fields
from resmgr.wire.grpc import encodings

TEXT = b"hello " * 100


@pytest.mark.parametrize(
    ("encoding", "data"),
    [(b"gzip", gzip.compress(TEXT, mtime=0)), (b"deflate", zlib.compress(TEXT))],
)
def test_encodings_that_are_known(encoding: bytes, data: bytes) -> None:
    """The message comes out."""
    assert encodings.decompress(data, encoding) == TEXT


@pytest.mark.parametrize(
    ("encoding", "data", "why"),
    [
        (b"snappy", TEXT, "not known"),
        (b"identity", TEXT, "not known"),
        (b"gzip", TEXT, "damaged"),
        (b"gzip", gzip.compress(TEXT, mtime=0)[:-1], "ends early"),
    ],
)
def test_what_cannot_be_read(encoding: bytes, data: bytes, why: str) -> None:
    """Unknown encodings and damaged data are told apart."""
    with pytest.raises(encodings.UnreadableError, match=why):
        encodings.decompress(data, encoding)


def test_a_bomb() -> None:
    """No more than the limit is ever made."""
    with pytest.raises(encodings.UnreadableError, match="longer than 1000"):
        encodings.decompress(gzip.compress(b"\0" * 10_000_000, mtime=0), b"gzip", limit=1000)


def test_what_a_head_announces() -> None:
    """Without a field nothing is compressed."""
    assert encodings.of_block(fields.Block(((b"grpc-encoding", b"gzip"),))) == b"gzip"
    assert encodings.of_block(fields.Block(())) == b"identity"
