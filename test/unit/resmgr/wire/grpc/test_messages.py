# SPDX-License-Identifier: Apache-2.0
"""Messages with their prefix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.wire.grpc import messages


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=50)), max_size=6), st.data())
def test_messages_do_not_depend_on_the_split(
    sent: list[tuple[bool, bytes]], data: st.DataObject
) -> None:
    """However content is split, the same messages and flags come out."""
    whole = b"".join(messages.frame(message, compressed=flag) for flag, message in sent)
    reader = messages.Reader()
    found: list[tuple[bool, bytes]] = []
    position = 0
    while position < len(whole):
        step = data.draw(st.integers(1, len(whole) - position))
        found += reader.feed(memoryview(whole)[position : position + step])
        position += step

    assert found == sent
    assert reader.size == 0


def test_a_message_over_the_limit() -> None:
    """It is refused at its prefix, before it is there."""
    reader = messages.Reader(limit=10)
    with pytest.raises(messages.TooLargeError, match="11 bytes"):
        list(reader.feed(b"\0\0\0\0\x0b"))


def test_the_form_of_a_message() -> None:
    """A flag and the length stand before it."""
    assert messages.frame(b"abc", compressed=True) == b"\x01\x00\x00\x00\x03abc"


@pytest.mark.parametrize("message", [b"", b"hello"])
def test_the_only_message(message: bytes) -> None:
    """Content that is one message, compressed or not."""
    assert messages.only(messages.frame(message)) == (False, message)
    assert messages.only(messages.frame(message, compressed=True)) == (True, message)


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\0\0", messages.frame(b"x")[:-1], messages.frame(b"x") * 2]
)
def test_no_only_message(content: bytes) -> None:
    """None, half of one, and two."""
    with pytest.raises(ValueError, match="message"):
        messages.only(content)
