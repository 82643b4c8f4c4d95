# SPDX-License-Identifier: Apache-2.0
"""How calls end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.wire import fields
from resmgr.wire.grpc import codes, statuses

Code = codes.Code


@given(st.text(max_size=200))
def test_messages_survive(text: str) -> None:
    """Any text comes back, in nothing but printable ASCII."""
    coded = statuses.encode_message(text)

    assert statuses.decode_message(coded) == text.encode("utf-8", "replace").decode()
    assert all(0x20 <= octet < 0x7F for octet in coded)


def test_a_message_is_percent_encoded() -> None:
    """What is not printable, and the percent sign, is written as hexadecimal digits."""
    assert statuses.encode_message("50 % ü\n") == b"50 %25 %C3%BC%0A"


@pytest.mark.parametrize(
    ("value", "text"), [(b"100%", "100%"), (b"%zz", "%zz"), (b"%ff", "\ufffd")]
)
def test_messages_that_are_not_properly_encoded(value: bytes, text: str) -> None:
    """They are taken as they are rather than dropped."""
    assert statuses.decode_message(value) == text


def test_long_messages_are_cut() -> None:
    """A message stays below what peers take as a header list."""
    assert len(statuses.encode_message("x" * 100_000)) == 8 * 1024


def test_the_status_of_trailers() -> None:
    """Code and message are read."""
    block = fields.Block(((b"grpc-status", b"5"), (b"grpc-message", b"no%20such")))

    assert statuses.of_block(block) == statuses.Status(Code.NOT_FOUND, "no such")


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([(b"grpc-status", b"x")], Code.UNKNOWN),
        ([(b"grpc-status", b"77")], Code.UNKNOWN),
        ([(b"grpc-status", b"9" * 5000)], Code.UNKNOWN),
        ([], Code.INTERNAL),
        ([(b":status", b"200")], Code.INTERNAL),
        ([(b":status", b"503")], Code.UNAVAILABLE),
        ([(b":status", b"418")], Code.UNKNOWN),
    ],
)
def test_endings_without_a_good_status(pairs: list[tuple[bytes, bytes]], code: Code) -> None:
    """Every ending has a code, by gRPC's tables."""
    assert statuses.of_block(fields.Block(tuple(pairs))).code is code


@pytest.mark.parametrize(
    ("error", "code"),
    [(8, Code.CANCELLED), (7, Code.UNAVAILABLE), (2, Code.INTERNAL), (99, Code.INTERNAL)],
)
def test_resets(error: int, code: Code) -> None:
    """A reset has a code too."""
    assert statuses.of_reset(error).code is code


def test_trailers_of_ours() -> None:
    """A status becomes fields; an empty message is left out."""
    status = statuses.Status(Code.INTERNAL, "why")

    assert statuses.trailers(status).fields == ((b"grpc-status", b"13"), (b"grpc-message", b"why"))
    assert statuses.trailers(statuses.OK).fields == ((b"grpc-status", b"0"),)
    assert statuses.trailers_only(status).response_problem == ""
    assert statuses.of_block(statuses.trailers_only(status)) == status


def test_the_error_of_a_call() -> None:
    """It tells its code by name."""
    error = statuses.CallError(Code.ABORTED, "why")

    assert str(error) == "ABORTED: why"
    assert error.status == statuses.Status(Code.ABORTED, "why")
