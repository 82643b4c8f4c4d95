# SPDX-License-Identifier: Apache-2.0
"""Introductions, frames of the connection, and bytes without any sense."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame, word

from resmgr.wire import codes, connection, events, limits

E = codes.ErrorCode


def goaway_of(book: Book) -> int:
    """Give the code of the last thing that was said: GOAWAY."""
    found = book.hear()[-1]
    assert found.kind == playbook.GOAWAY
    return found.code


@pytest.mark.parametrize("split", range(1, 24))
def test_the_preface_may_be_split(split: int) -> None:
    """A client's preface is known however it comes."""
    conn = connection.Connection(client=False)
    whole = playbook.PREFACE + playbook.settings()

    assert conn.receive(whole[:split]) == []
    assert conn.receive(whole[split:]) == [events.SettingsReceived()]
    assert conn.settled


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSN", b"\x16\x03\x01"]
)
def test_something_else_than_http2(data: bytes) -> None:
    """A client that speaks something else is told so at the first wrong byte."""
    conn = connection.Connection(client=False)

    assert [type(one) for one in conn.receive(data)] == [events.ConnectionFailed]
    assert playbook.parse(playbook.written(conn))[-1].code == E.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "data",
    [frame(playbook.PING, 0, 0, b"12345678"), frame(playbook.SETTINGS, playbook.ACK), frame(0xFF)],
)
@pytest.mark.parametrize("client", [True, False])
def test_settings_come_first(data: bytes, client: bool) -> None:  # noqa: FBT001
    """Any other first frame ends the connection, on either side."""
    conn = connection.Connection(client=client)
    found = conn.receive((b"" if client else playbook.PREFACE) + data)

    assert [type(one) for one in found] == [events.ConnectionFailed]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(playbook.SETTINGS, 0, 1), E.PROTOCOL_ERROR),
        (frame(playbook.SETTINGS, playbook.ACK, 0, b"123456"), E.FRAME_SIZE_ERROR),
        (frame(playbook.SETTINGS, 0, 0, b"12345"), E.FRAME_SIZE_ERROR),
        (frame(playbook.PING, 0, 1, b"12345678"), E.PROTOCOL_ERROR),
        (frame(playbook.PING, 0, 0, b"1234567"), E.FRAME_SIZE_ERROR),
        (frame(playbook.GOAWAY, 0, 1, b"12345678"), E.PROTOCOL_ERROR),
        (frame(playbook.GOAWAY, 0, 0, b"1234"), E.FRAME_SIZE_ERROR),
        (frame(playbook.PUSH, 4, 1, b"12345678"), E.PROTOCOL_ERROR),
        (b"\x00\x40\x01\x00\x00\x00\x00\x00\x01", E.FRAME_SIZE_ERROR),
    ],
)
@pytest.mark.parametrize("client", [True, False])
def test_what_ends_the_connection(data: bytes, code: int, client: bool) -> None:  # noqa: FBT001
    """Each of these is answered by GOAWAY with its code, and nothing is read afterwards."""
    book = Book(client=client)
    found = book.say(data)

    assert [type(one) for one in found] == [events.ConnectionFailed]
    assert goaway_of(book) == code
    assert book.say(frame(playbook.PING, 0, 0, b"12345678")) == []
    assert book.connection.failed


def test_a_ping_is_answered() -> None:
    """The answer carries the same bytes."""
    book = Book()
    book.say(frame(playbook.PING, 0, 0, b"12345678"))

    assert book.hear() == [playbook.Frame(playbook.PING, playbook.ACK, 0, b"12345678")]


def test_an_answer_to_our_ping() -> None:
    """It is told, not answered."""
    book = Book()

    assert book.say(frame(playbook.PING, playbook.ACK, 0, b"12345678")) == [
        events.PingAcknowledged(b"12345678")
    ]
    assert book.hear() == []


def test_unknown_frames_are_ignored() -> None:
    """A frame of a type that nobody knows says nothing."""
    book = Book()

    assert book.say(frame(0xBE, 0xFF, 77, b"anything")) == []
    assert book.hear() == []


def test_a_flood_of_frames_that_carry_nothing() -> None:
    """Too many of them in an interval end the connection; a new interval begins at nothing."""
    book = Book(bounds=limits.Limits(idle_frames=10))
    pings = frame(playbook.PING, 0, 0, b"12345678") * 7
    book.say(pings)
    book.connection.forgive()
    assert book.say(pings) == []
    (found,) = book.say(pings)

    assert isinstance(found, events.ConnectionFailed)
    assert found.code == E.ENHANCE_YOUR_CALM


def test_a_server_says_good_bye() -> None:
    """GOAWAY is told; streams that the server will not see are reset before it."""
    book = Book(client=True)
    first, second = (book.connection.request(playbook.block(*playbook.REQUEST)) for _ in range(2))
    found = book.say(frame(playbook.GOAWAY, 0, 0, word(first) + word(0) + b"bye"))

    assert found == [
        events.StreamReset(second, E.REFUSED_STREAM),
        events.GoAwayReceived(0, b"bye"),
    ]
    assert not book.connection.can_open
    assert book.connection.streams == 1


FRAMES = st.builds(
    playbook.frame,
    st.one_of(st.integers(0, 10), st.integers(0, 255)),
    st.integers(0, 255),
    st.sampled_from([0, 1, 1, 3, 5, 2, 2**31 - 1]),
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"", b"\x82\x84\x86", b"12345678", word(1), word(0), b"\x83\x86\x84\x41\x01x"]
        ),
    ),
)


@settings(max_examples=300)
@given(st.lists(FRAMES, max_size=30), st.booleans(), st.data())
def test_no_frames_make_it_raise(
    sent: list[bytes],
    client: bool,  # noqa: FBT001
    data: st.DataObject,
) -> None:
    """Any frames, split anywhere, give events and whole frames as an answer."""
    book = Book(client=client)
    if client:
        book.connection.request(playbook.block(*playbook.REQUEST))
    whole = b"".join(sent)
    cut = data.draw(st.integers(0, len(whole)))
    once = book.say(whole[:cut]) + book.say(whole[cut:])
    for event in once:
        if isinstance(event, events.HeadersReceived) and not client:
            book.connection.headers(event.stream_id, playbook.block(*playbook.RESPONSE))
            book.connection.data(event.stream_id, memoryview(b"x" * 100), end_stream=True)
    kinds = [found.kind for found in book.hear()]

    failed = [event for event in once if isinstance(event, events.ConnectionFailed)]
    assert len(failed) <= 1
    assert (playbook.GOAWAY in kinds) == bool(failed)


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    """Bytes that are no frames at all are answered, not raised about."""
    for client in (True, False):
        Book(client=client).say(data)
        connection.Connection(client=client).receive(data)


@settings(max_examples=100)
@given(st.lists(FRAMES, min_size=1, max_size=12), st.data())
def test_events_do_not_depend_on_the_split(sent: list[bytes], data: st.DataObject) -> None:
    """The same bytes mean the same in one piece and in many."""
    whole = b"".join(sent)
    one, many = Book(), Book()
    expected = one.say(whole)
    found = []
    position = 0
    while position < len(whole):
        step = data.draw(st.integers(1, len(whole) - position))
        found += many.say(whole[position : position + step])
        position += step

    assert [repr(event) for event in map(plain, found)] == [
        repr(event) for event in map(plain, expected)
    ]
    assert many.hear() == one.hear()


def plain(event: events.Event) -> object:
    """Give an event in a form that can be compared."""
    if isinstance(event, events.DataReceived):
        return (event.stream_id, bytes(event.data), event.end_stream)
    return event
