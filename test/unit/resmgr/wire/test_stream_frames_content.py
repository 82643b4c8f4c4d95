# SPDX-License-Identifier: Apache-2.0
"""Content of streams, by playbook: windows and announced lengths."""

import pytest
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame

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


def test_the_window_of_a_stream_holds() -> None:
    """More than the stream's window costs the stream."""
    book = Book(bounds=limits.Limits(stream_window=10))
    book.say(book.request(1), frame(playbook.DATA, 0, 1, b"x" * 11))

    assert reset_of(book, 1) == E.FLOW_CONTROL_ERROR


def test_the_window_of_the_connection_holds() -> None:
    """More than the connection's window ends it, although it is refilled at the half."""
    book = Book(bounds=limits.Limits(stream_window=200_000, connection_window=70_000))
    sent = b"".join(frame(playbook.DATA, 0, 1, b"x" * 16_000) for _ in range(2))
    book.say(book.request(1), sent)
    assert book.hear() == []
    book.say(frame(playbook.DATA, 0, 1, b"x" * 5_000))
    (update,) = book.hear()

    assert (update.kind, update.stream_id, update.word) == (playbook.WINDOW, 0, 37_000)


def test_the_window_of_a_stream_is_refilled_as_it_is_used_up() -> None:
    """Nothing is credited for content that lies about; then half the window at least."""
    book = Book(bounds=limits.Limits(stream_window=100))
    book.say(book.request(1), frame(playbook.DATA, 0, 1, b"x" * 90))
    assert book.hear() == []
    book.connection.consumed(1, 40)
    assert book.hear() == []
    book.connection.consumed(1, 30)

    (update,) = book.hear()
    assert (update.stream_id, update.word) == (1, 70)


@pytest.mark.parametrize(("sent", "end"), [(b"12345", True), (b"1", True), (b"12345", False)])
def test_an_announced_length_that_is_not_kept(sent: bytes, end: bool) -> None:  # noqa: FBT001
    """Content shorter or longer than content-length costs the stream."""
    book = Book()
    book.say(book.headers(1, *playbook.REQUEST, (b"content-length", b"3")))
    book.say(frame(playbook.DATA, END if end else 0, 1, sent))

    assert reset_of(book, 1) == E.PROTOCOL_ERROR


def test_an_announced_length_without_content() -> None:
    """A request that ends with its head cannot announce content."""
    book = Book()
    book.say(book.headers(1, *playbook.REQUEST, (b"content-length", b"3"), end_stream=True))

    assert reset_of(book, 1) == E.PROTOCOL_ERROR


def test_empty_data_is_no_event() -> None:
    """A frame without content and end says nothing, and too many of them end the connection."""
    book = Book(bounds=limits.Limits(idle_frames=20))
    book.say(book.request(1))

    assert book.say(frame(playbook.DATA, 0, 1)) == []
    for _ in range(30):
        book.say(frame(playbook.DATA, 0, 1))
    assert goaway_of(book) == E.ENHANCE_YOUR_CALM


def padded(size: int, padding: int) -> bytes:
    """Write a frame on stream 1 with so much content and padding, `size + padding + 1` in all."""
    flags, payload = playbook.PADDED, bytes([padding]) + bytes(size + padding)
    return playbook.frame(playbook.DATA, flags, 1, payload)


def test_padding_counts_in_the_window_of_a_stream() -> None:
    """A frame whose content alone would fit is too long with its padding."""
    book = playbook.Book(bounds=limits.Limits(stream_window=100))
    book.say(book.request(1))
    (found,) = book.say(padded(60, 40))

    assert isinstance(found, events.StreamReset)
    assert found.code == codes.ErrorCode.FLOW_CONTROL_ERROR


def test_padding_counts_in_the_window_of_the_connection() -> None:
    """Half of the window is given back when it was used up, padding included, to the byte."""
    book = playbook.Book(bounds=limits.Limits(connection_window=65_536))
    book.say(book.request(1))
    book.say(padded(16_128, 255), padded(16_128, 255))

    assert [one.word for one in book.hear() if not one.stream_id] == [32_768]
