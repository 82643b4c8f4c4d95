# SPDX-License-Identifier: Apache-2.0
"""Bytes that are messages, and others."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.cri import api_pb2
from resmgr.protobuf import reading


def test_message_is_read() -> None:
    """Bytes of the right form are a message."""
    assert reading.read(api_pb2.StopContainerRequest, b"\n\x01c").container_id == "c"


@pytest.mark.parametrize("data", [b"\xff", b"\n\x05c", b"\n\x01\xff"])
def test_other_bytes_are_told(data: bytes) -> None:
    """A broken tag, a message cut short and text that is no UTF-8 are told with the kind."""
    with pytest.raises(reading.Unreadable, match="bytes as a StopContainerRequest"):
        reading.read(api_pb2.StopContainerRequest, data)


@given(st.binary(max_size=200))
def test_no_other_error_comes_out(data: bytes) -> None:
    """Whatever the bytes are, there is a message or that one error."""
    with contextlib.suppress(reading.Unreadable):
        assert reading.read(api_pb2.CreateContainerRequest, data) is not None
