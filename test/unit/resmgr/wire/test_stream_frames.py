# SPDX-License-Identifier: Apache-2.0
"""Frames of streams, by playbook: bytes in, events and bytes out."""

import pytest
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame, word

from resmgr.wire import codes, events, limits

E = codes.ErrorCode
END = playbook.END_STREAM


def reset_of(book: Book, stream_id: int) -> int:
    """Give the code of the only thing that was said: RST_STREAM."""
    (found,) = book.hear()
    assert (found.kind, found.stream_id) == (playbook.RST, stream_id)
    return found.code


def goaway_of(book: Book) -> int:
    """Give the code of the last thing that was said: GOAWAY."""
    found = book.hear()[-1]
    assert found.kind == playbook.GOAWAY
    return found.code


def test_a_call() -> None:
    """HEADERS and DATA of a request become two events."""
    book = Book()
    head, data = book.say(book.request(1), frame(playbook.DATA, END, 1, b"hello"))

    assert isinstance(head, events.HeadersReceived)
    assert (head.stream_id, head.block.fields, head.end_stream) == (1, playbook.REQUEST, False)
    assert isinstance(data, events.DataReceived)
    assert (data.stream_id, bytes(data.data), data.end_stream) == (1, b"hello", True)
    assert book.hear() == []


def test_an_answer() -> None:
    """Head, content and trailers of a response become three events."""
    book = Book(client=True)
    stream_id = book.connection.request(playbook.block(*playbook.REQUEST), end_stream=True)
    head, data, trailers = book.say(
        book.headers(stream_id, *playbook.RESPONSE),
        frame(playbook.DATA, 0, stream_id, b"hello"),
        book.headers(stream_id, (b"grpc-status", b"0"), end_stream=True),
    )

    assert isinstance(head, events.HeadersReceived)
    assert isinstance(data, events.DataReceived)
    assert isinstance(trailers, events.TrailersReceived)
    assert trailers.block.fields == ((b"grpc-status", b"0"),)
    assert book.connection.streams == 0


def test_informational_answers_are_left_out() -> None:
    """A 1xx before the response is no event."""
    book = Book(client=True)
    stream_id = book.connection.request(playbook.block(*playbook.REQUEST), end_stream=True)

    assert book.say(book.headers(stream_id, (b":status", b"103"))) == []
    assert len(book.say(book.headers(stream_id, *playbook.RESPONSE))) == 1


def test_padding_is_taken_off() -> None:
    """Padding is no content, and the window that it took comes back."""
    book = Book(bounds=limits.Limits(stream_window=100))
    book.say(book.request(1))
    (found,) = book.say(frame(playbook.DATA, playbook.PADDED, 1, b"\x3chello" + b"\0" * 60))

    assert isinstance(found, events.DataReceived)
    assert bytes(found.data) == b"hello"
    (update,) = book.hear()
    assert (update.kind, update.stream_id, update.word) == (playbook.WINDOW, 1, 61)


def test_padding_and_priority_of_headers_are_taken_off() -> None:
    """The block stands between padding length and priority, and the padding."""
    book = Book()
    flags = playbook.END_HEADERS | playbook.PADDED | playbook.WITH_PRIORITY
    block = book.block(*playbook.REQUEST)
    (found,) = book.say(
        frame(playbook.HEADERS, flags, 1, b"\x03" + word(0) + b"\x10" + block + b"\0\0\0")
    )

    assert isinstance(found, events.HeadersReceived)
    assert found.block.fields == playbook.REQUEST


def test_a_block_in_pieces() -> None:
    """HEADERS and CONTINUATION are one event."""
    book = Book()
    block = book.block(*playbook.REQUEST)
    found = book.say(
        frame(playbook.HEADERS, END, 1, block[:5]),
        frame(playbook.CONTINUATION, 0, 1, block[5:9]),
        frame(playbook.CONTINUATION, playbook.END_HEADERS, 1, block[9:]),
    )

    assert [type(one) for one in found] == [events.HeadersReceived]


def test_nothing_comes_between_the_pieces_of_a_block() -> None:
    """Any other frame inside a header block ends the connection."""
    book = Book()
    book.say(frame(playbook.HEADERS, 0, 1, book.block(*playbook.REQUEST)))
    found = book.say(frame(playbook.PING, 0, 0, b"12345678"))

    assert [type(one) for one in found] == [events.ConnectionFailed]
    assert goaway_of(book) == E.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(playbook.DATA, 0, 0, b"x"), E.PROTOCOL_ERROR),
        (frame(playbook.DATA, 0, 1, b"x"), E.PROTOCOL_ERROR),
        (frame(playbook.DATA, playbook.PADDED, 1, b"\x05abc"), E.PROTOCOL_ERROR),
        (frame(playbook.DATA, playbook.PADDED, 1, b""), E.FRAME_SIZE_ERROR),
        (frame(playbook.HEADERS, 4, 0, b"\x82"), E.PROTOCOL_ERROR),
        (frame(playbook.HEADERS, 4, 2, b"\x82"), E.PROTOCOL_ERROR),
        (frame(playbook.HEADERS, 4 | playbook.WITH_PRIORITY, 1, b"\x82"), E.FRAME_SIZE_ERROR),
        (frame(playbook.HEADERS, 4, 1, b"\x80"), E.COMPRESSION_ERROR),
        (frame(playbook.PRIORITY, 0, 0, b"12345"), E.PROTOCOL_ERROR),
        (frame(playbook.RST, 0, 0, word(8)), E.PROTOCOL_ERROR),
        (frame(playbook.RST, 0, 1, word(8)), E.PROTOCOL_ERROR),
        (frame(playbook.RST, 0, 1, b"123"), E.FRAME_SIZE_ERROR),
        (frame(playbook.WINDOW, 0, 0, word(0)), E.PROTOCOL_ERROR),
        (frame(playbook.WINDOW, 0, 0, word(2**31 - 1)), E.FLOW_CONTROL_ERROR),
        (frame(playbook.WINDOW, 0, 1, word(5)), E.PROTOCOL_ERROR),
        (frame(playbook.WINDOW, 0, 0, b"123"), E.FRAME_SIZE_ERROR),
        (frame(playbook.CONTINUATION, 4, 1, b""), E.PROTOCOL_ERROR),
    ],
)
def test_what_ends_the_connection(data: bytes, code: int) -> None:
    """Each of these, as the first thing said, is answered by GOAWAY with its code."""
    book = Book()
    found = book.say(data)

    assert [type(one) for one in found] == [events.ConnectionFailed]
    assert goaway_of(book) == code
    assert book.say(frame(playbook.PING, 0, 0, b"12345678")) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(playbook.WINDOW, 0, 1, word(0)), E.PROTOCOL_ERROR),
        (frame(playbook.WINDOW, 0, 1, word(2**31 - 1)), E.FLOW_CONTROL_ERROR),
        (frame(playbook.PRIORITY, 0, 1, b"1234"), E.FRAME_SIZE_ERROR),
        (frame(playbook.PRIORITY, 0, 1, word(1) + b"\x01"), E.PROTOCOL_ERROR),
    ],
)
def test_what_ends_an_open_stream(data: bytes, code: int) -> None:
    """Each of these on an open stream is answered by RST_STREAM, and told as an event."""
    book = Book()
    book.say(book.request(1))
    (found,) = book.say(data)

    assert isinstance(found, events.StreamReset)
    assert (found.stream_id, found.code) == (1, code)
    assert found.message
    assert reset_of(book, 1) == code
    assert book.connection.streams == 0


def test_trailers_that_do_not_end_the_stream() -> None:
    """A second header block has to be the last."""
    book = Book()
    book.say(book.request(1))
    book.say(book.headers(1, (b"x", b"y")))

    assert reset_of(book, 1) == E.PROTOCOL_ERROR


def test_trailers_with_pseudo_fields() -> None:
    """Trailers are judged as such."""
    book = Book()
    book.say(book.request(1))
    book.say(book.headers(1, (b":path", b"/"), end_stream=True))

    assert reset_of(book, 1) == E.PROTOCOL_ERROR


def test_a_request_that_is_none() -> None:
    """A bad head costs its stream, not the connection, and is no event: no call has begun."""
    book = Book()

    assert book.say(book.headers(1, (b"x", b"y"))) == []
    assert reset_of(book, 1) == E.PROTOCOL_ERROR
    assert len(book.say(book.request(3))) == 1


def test_a_stream_that_depends_on_itself() -> None:
    """The block is still decoded, so that later ones mean what they say."""
    book = Book()
    flags = playbook.END_HEADERS | playbook.WITH_PRIORITY
    block = book.block(*playbook.REQUEST)
    book.say(frame(playbook.HEADERS, flags, 1, word(1) + b"\x10" + block))
    (found,) = book.say(book.request(3))

    assert reset_of(book, 1) == E.PROTOCOL_ERROR
    assert isinstance(found, events.HeadersReceived)
    assert found.block.fields == playbook.REQUEST


def test_a_header_list_over_the_limit() -> None:
    """It costs its stream only."""
    book = Book(bounds=limits.Limits(header_list=400))
    book.say(book.headers(1, *playbook.REQUEST, (b"long", b"x" * 300)))

    assert reset_of(book, 1) == E.ENHANCE_YOUR_CALM
    assert len(book.say(book.request(3))) == 1


@pytest.mark.parametrize(("kind", "payload"), [(playbook.DATA, b"x"), (playbook.HEADERS, b"\x82")])
def test_frames_after_the_end_of_a_request(kind: int, payload: bytes) -> None:
    """A half-closed stream takes no more content."""
    book = Book()
    book.say(book.request(1, end_stream=True))
    book.say(frame(kind, playbook.END_HEADERS if kind else 0, 1, payload))

    assert reset_of(book, 1) == E.STREAM_CLOSED


def ended(book: Book) -> None:
    """Let a call end on both sides."""
    book.say(book.request(1, end_stream=True))
    book.connection.headers(1, playbook.block(*playbook.RESPONSE), end_stream=True)
    assert book.connection.streams == 0
    book.hear()


def test_data_on_a_closed_stream() -> None:
    """It is answered on the stream: it may have been under way."""
    book = Book()
    ended(book)
    book.say(frame(playbook.DATA, 0, 1, b"x"))

    assert reset_of(book, 1) == E.STREAM_CLOSED


def test_headers_on_a_closed_stream() -> None:
    """A stream cannot be opened twice."""
    book = Book()
    ended(book)
    book.say(book.request(1))

    assert goaway_of(book) == E.STREAM_CLOSED


def test_numbers_of_streams_rise() -> None:
    """A stream below the highest one, that was never open, ends the connection."""
    book = Book()
    book.say(book.request(5))
    book.say(book.request(3))

    assert goaway_of(book) == E.PROTOCOL_ERROR


@pytest.mark.parametrize("kind", [playbook.RST, playbook.WINDOW, playbook.PRIORITY])
def test_late_frames_that_are_ignored(kind: int) -> None:
    """What may have been under way when a stream ended is no error."""
    book = Book()
    ended(book)
    payload = word(5) + (b"\0" if kind == playbook.PRIORITY else b"")

    assert book.say(frame(kind, 0, 1, payload)) == []
    assert book.hear() == []


def test_frames_on_a_stream_that_we_reset_are_ignored() -> None:
    """The peer could not know; its header blocks are decoded all the same."""
    book = Book()
    book.say(book.request(1))
    book.connection.reset(1, E.CANCEL)
    book.hear()
    found = book.say(
        frame(playbook.DATA, 0, 1, b"x"), book.headers(1, (b"new", b"field"), end_stream=True)
    )

    assert found == []
    assert book.hear() == []
    (head,) = book.say(book.headers(3, *playbook.REQUEST, (b"new", b"field")))
    assert isinstance(head, events.HeadersReceived)
    assert head.block.fields[-1] == (b"new", b"field")


def test_a_reset_by_the_peer() -> None:
    """It is told with its code, and the stream is gone."""
    book = Book()
    book.say(book.request(1))
    found = book.say(frame(playbook.RST, 0, 1, word(E.CANCEL)))

    assert found == [events.StreamReset(1, E.CANCEL)]
    assert book.connection.streams == 0


def test_more_streams_than_allowed_are_refused() -> None:
    """The limit's next stream is refused; when one has ended there is room again."""
    book = Book(bounds=limits.Limits(concurrent_streams=2))
    book.say(book.request(1), book.request(3), book.request(5))

    assert reset_of(book, 5) == E.REFUSED_STREAM
    book.say(frame(playbook.RST, 0, 1, word(E.CANCEL)))
    assert len(book.say(book.request(7))) == 1


def test_rapid_resets_end_the_connection() -> None:
    """Opening and resetting streams again and again is answered by GOAWAY."""
    book = Book(bounds=limits.Limits(resets=10))
    for stream_id in range(1, 41, 2):
        book.say(book.request(stream_id), frame(playbook.RST, 0, stream_id, word(E.CANCEL)))

    assert goaway_of(book) == E.ENHANCE_YOUR_CALM


def test_data_before_the_head_of_a_response() -> None:
    """A server that begins with content breaks the stream."""
    book = Book(client=True)
    stream_id = book.connection.request(playbook.block(*playbook.REQUEST), end_stream=True)
    book.hear()
    (found,) = book.say(frame(playbook.DATA, 0, stream_id, b"x"))

    assert isinstance(found, events.StreamReset)
    assert reset_of(book, stream_id) == E.PROTOCOL_ERROR


def test_a_response_without_a_status() -> None:
    """A server's head is judged as a response, and the caller is told."""
    book = Book(client=True)
    stream_id = book.connection.request(playbook.block(*playbook.REQUEST), end_stream=True)
    (found,) = book.say(book.headers(stream_id, (b"x", b"y")))

    assert isinstance(found, events.StreamReset)
    assert "status" in found.message


def test_a_server_cannot_open_streams() -> None:
    """HEADERS on a stream that we did not open end the connection."""
    book = Book(client=True)
    book.say(book.headers(2, *playbook.RESPONSE))

    assert goaway_of(book) == E.PROTOCOL_ERROR
