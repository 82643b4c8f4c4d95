# SPDX-License-Identifier: Apache-2.0
"""What RFC 9113, section 8, allows in a header list."""

import pytest
from unit.resmgr.wire import playbook

from resmgr.wire import fields

Pair = tuple[bytes, bytes]


def without(name: bytes) -> tuple[Pair, ...]:
    """Give the head of a request that lacks a field."""
    return tuple(pair for pair in playbook.REQUEST if pair[0] != name)


def test_a_head_of_a_request() -> None:
    """What gRPC clients send is accepted."""
    assert fields.Block((*playbook.REQUEST, (b"te", b"trailers"))).request_problem == ""


@pytest.mark.parametrize(
    "pairs",
    [
        (),
        without(b":method"),
        without(b":scheme"),
        without(b":path"),
        (*without(b":path"), (b":path", b"")),
        ((b":path", b"relative"), *without(b":path")),
        (*playbook.REQUEST, (b":late", b"x")),
        (*playbook.REQUEST, (b":path", b"/twice")),
        ((b":path", b"/twice"), *playbook.REQUEST),
        ((b":status", b"200"), *playbook.REQUEST),
        (*playbook.REQUEST, (b"Upper", b"x")),
        (*playbook.REQUEST, (b"", b"x")),
        (*playbook.REQUEST, (b"with space", b"x")),
        (*playbook.REQUEST, (b"connection", b"close")),
        (*playbook.REQUEST, (b"transfer-encoding", b"chunked")),
        (*playbook.REQUEST, (b"te", b"gzip")),
        (*playbook.REQUEST, (b"x", b"line\nbreak")),
        (*playbook.REQUEST, (b"x", b"nul\0")),
        (*playbook.REQUEST, (b"x", b" space")),
        (*playbook.REQUEST, (b"x", b"space\t")),
        (*playbook.REQUEST, (b"content-length", b"-1")),
        (*playbook.REQUEST, (b"content-length", b"1"), (b"content-length", b"2")),
        ((b":method", b"CONNECT"), (b":path", b"/"), (b":authority", b"x")),
        ((b":method", b"CONNECT"),),
    ],
)
def test_heads_of_requests_that_are_refused(pairs: tuple[Pair, ...]) -> None:
    """Each of these has a problem that can be told."""
    assert fields.Block(tuple(pairs)).request_problem


@pytest.mark.parametrize(
    "pairs",
    [
        ((b":method", b"CONNECT"), (b":authority", b"x")),
        ((b":method", b"OPTIONS"), (b":scheme", b"http"), (b":path", b"*")),
        (*playbook.REQUEST, (b"x", b"")),
        (*playbook.REQUEST, (b"x", b"inner space\tand tab")),
        (*playbook.REQUEST, (b"content-length", b"5"), (b"content-length", b"5")),
    ],
)
def test_heads_of_requests_that_are_unusual(pairs: tuple[Pair, ...]) -> None:
    """Each of these is allowed."""
    assert fields.Block(tuple(pairs)).request_problem == ""


@pytest.mark.parametrize(
    "pairs",
    [
        (),
        ((b"x", b"y"),),
        ((b":status", b"20"),),
        ((b":status", b"101"),),
        ((b":status", b"200"), (b":path", b"/")),
        ((b"x", b"y"), (b":status", b"200")),
    ],
)
def test_heads_of_responses_that_are_refused(pairs: tuple[Pair, ...]) -> None:
    """A response needs one good status and no other pseudo-field."""
    assert fields.Block(tuple(pairs)).response_problem


def test_a_head_of_a_response() -> None:
    """What gRPC servers send is accepted."""
    assert fields.Block(tuple(playbook.RESPONSE)).response_problem == ""


def test_trailers_have_no_pseudo_fields() -> None:
    """A pseudo-field among trailers is refused."""
    assert fields.Block(((b"grpc-status", b"0"),)).trailers_problem == ""
    assert fields.Block(((b":status", b"200"),)).trailers_problem


def test_the_announced_length() -> None:
    """Content-length is a number, or -1 where nothing was announced."""
    assert fields.Block(((b"content-length", b"12"),)).content_length == 12
    assert fields.Block(()).content_length == -1


def test_the_first_field_of_a_name() -> None:
    """`get` gives the first value, and None where there is none."""
    block = fields.Block(((b"a", b"1"), (b"a", b"2")))

    assert block.get(b"a") == b"1"
    assert block.get(b"b") is None


def test_informational_responses() -> None:
    """1xx is not the response yet."""
    assert fields.Block(((b":status", b"103"),)).informational
    assert not fields.Block(((b":status", b"200"),)).informational
