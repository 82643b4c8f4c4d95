# SPDX-License-Identifier: Apache-2.0
"""What is said, and what windows hold back."""

import pytest
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame, word

from resmgr.wire import codes, events, limits

WINDOW = playbook.WINDOW


def asked(bounds: limits.Limits | None = None, **peer: int) -> Book:
    """Give a server whose client has asked on stream 1 and waits."""
    book = Book(client=False, bounds=bounds, **peer)
    book.say(book.request(1, end_stream=True))
    book.connection.headers(1, playbook.block(*playbook.RESPONSE))
    assert [found.kind for found in book.hear()] == [playbook.HEADERS]
    return book


def content(found: list[playbook.Frame]) -> bytes:
    """Put the content of DATA frames together."""
    return b"".join(one.payload for one in found if one.kind == playbook.DATA)


def test_content_goes_out_at_once() -> None:
    """While windows have room nothing waits."""
    book = asked()

    assert book.connection.data(1, memoryview(b"hello")) == 5
    assert book.hear() == [playbook.Frame(playbook.DATA, 0, 1, b"hello")]


def test_content_is_not_copied() -> None:
    """What is fetched for writing is the view that was given."""
    book = asked()
    view = memoryview(b"hello")
    book.connection.data(1, view)

    assert any(part is view for part in book.connection.fetch())


def test_content_waits_for_the_stream_window() -> None:
    """What does not fit waits, and goes out in order as the window opens."""
    book = asked(initial_window_size=8)
    assert book.connection.data(1, memoryview(b"0123456789")) == 0
    assert content(book.hear()) == b"01234567"
    assert book.connection.data(1, memoryview(b"a" * 2000), end_stream=True) == 0
    book.say(frame(WINDOW, 0, 1, word(10_000)))
    found = book.hear()

    assert content(found) == b"89" + b"a" * 2000
    assert [bool(one.flags & 1) for one in found] == [False, True]


def test_what_has_gone_out_is_told() -> None:
    """Content that waited is an event when it goes."""
    book = asked(initial_window_size=8)
    book.connection.data(1, memoryview(b"0123456789"))

    assert book.connection.pump() == [events.DataSent(1, 8)]
    book.say(frame(WINDOW, 0, 1, word(1)))
    assert book.connection.pump() == [events.DataSent(1, 1)]
    assert not book.connection.backlog


def test_trailers_wait_for_the_content() -> None:
    """The end of a response comes last, whatever waits."""
    book = asked(initial_window_size=2)
    book.connection.data(1, memoryview(b"0123"))
    book.connection.headers(1, playbook.block((b"grpc-status", b"0")), end_stream=True)
    assert [one.kind for one in book.hear()] == [playbook.DATA]
    book.say(frame(WINDOW, 0, 1, word(9)))
    found = book.hear()

    assert [one.kind for one in found] == [playbook.DATA, playbook.HEADERS]
    assert found[1].flags & 1
    assert book.connection.streams == 0


def test_the_end_needs_no_window() -> None:
    """An empty frame that ends a stream goes out although the window is used up."""
    book = asked(initial_window_size=2)
    book.connection.data(1, memoryview(b"01"))
    book.connection.data(1, memoryview(b""), end_stream=True)

    assert [one.flags & 1 for one in book.hear()] == [0, 1]


def test_content_waits_for_the_connection_window() -> None:
    """The connection's 65,535 bytes hold for all streams, and both get their turn."""
    book = Book(initial_window_size=1_000_000)
    for stream_id in (1, 3):
        book.say(book.request(stream_id, end_stream=True))
        book.connection.headers(stream_id, playbook.block(*playbook.RESPONSE))
    book.hear()
    for stream_id in (1, 3):
        book.connection.data(stream_id, memoryview(b"x" * 60_000))
    first = book.hear()
    book.say(frame(WINDOW, 0, 0, word(100_000)))
    second = book.hear()

    assert len(content(first)) == 65_535
    assert {one.stream_id for one in first} == {1, 3}
    assert len(content(second)) == 120_000 - 65_535


def test_streams_that_wait_take_turns() -> None:
    """A frame from each: a long answer does not hold up another one."""
    book = Book(initial_window_size=1_000_000)
    for stream_id in (1, 3):
        book.say(book.request(stream_id, end_stream=True))
        book.connection.headers(stream_id, playbook.block(*playbook.RESPONSE))
    book.hear()
    book.connection.pause()
    for stream_id in (1, 3):
        book.connection.data(stream_id, memoryview(b"x" * 30_000))
    book.connection.resume()

    assert [one.stream_id for one in book.hear()] == [1, 3, 1, 3]


def test_frames_are_no_longer_than_the_peer_allows() -> None:
    """Long content is cut."""
    book = asked(initial_window_size=100_000)
    book.connection.data(1, memoryview(b"x" * 40_000))

    assert [len(one.payload) for one in book.hear()] == [16_384, 16_384, 7_232]


def test_frames_are_as_long_as_the_peer_allows() -> None:
    """A peer may allow longer ones than all have to take."""
    book = asked(initial_window_size=65_535, max_frame_size=32_768)
    book.connection.data(1, memoryview(b"x" * 40_000))

    assert [len(one.payload) for one in book.hear()] == [32_768, 7_232]


def test_what_waits_does_not_change_with_its_buffer() -> None:
    """A view of what can be written to is copied."""
    book = asked(initial_window_size=0)
    buffer = bytearray(b"x" * 2000)
    book.connection.data(1, memoryview(buffer))
    buffer[:] = bytes(2000)
    book.say(frame(WINDOW, 0, 1, word(2000)))

    assert content(book.hear()) == b"x" * 2000


def test_long_content_ends_its_stream_in_the_last_frame() -> None:
    """What the windows take goes out at once, cut, and the whole is taken off both of them."""
    book = asked(initial_window_size=65_535)
    sent = book.connection.data(1, memoryview(b"x" * 32_768), end_stream=True)
    found = book.hear()

    assert sent == 32_768
    assert [(len(one.payload), one.flags) for one in found] == [(16_384, 0), (16_384, 1)]


@pytest.mark.parametrize("connection", [False, True])
def test_content_as_long_as_a_window_need_not_wait(connection: bool) -> None:  # noqa: FBT001
    """The last byte of either window can be used at once."""
    book = asked(initial_window_size=70_000 if connection else 50_000)
    size = 65_535 if connection else 50_000

    assert book.connection.data(1, memoryview(b"x" * size)) == size


def test_content_of_a_byte_a_frame_waits_in_few_pieces() -> None:
    """What waits costs little more memory than its length."""
    book = asked(initial_window_size=0)
    for _ in range(2000):
        book.connection.data(1, memoryview(b"x"))
    queue = book.connection._table.open[1].queue

    assert queue is not None
    assert len(queue) == 2


def test_long_content_is_taken_off_the_windows() -> None:
    """After frames that went out together the windows have room for what is left of them."""
    book = asked(initial_window_size=50_000)
    book.connection.data(1, memoryview(b"x" * 40_000))
    book.hear()

    assert book.connection.data(1, memoryview(b"y" * 10_001)) == 0
    assert content(book.hear()) == b"y" * 10_000


def test_a_larger_window_by_settings() -> None:
    """INITIAL_WINDOW_SIZE moves the windows of open streams."""
    book = asked(initial_window_size=2)
    book.connection.data(1, memoryview(b"0123"))
    book.hear()
    book.say(playbook.settings(initial_window_size=3))
    assert content(book.hear()) == b"2"
    book.say(playbook.settings(initial_window_size=0))
    book.say(frame(WINDOW, 0, 1, word(3)))

    assert content(book.hear()) == b""
    book.say(frame(WINDOW, 0, 1, word(1)))
    assert content(book.hear()) == b"3"


@pytest.mark.parametrize("below", [5, 90])
def test_an_empty_end_waits_for_a_window_below_zero(below: int) -> None:
    """Nothing goes out at a negative window; at 0 the end does, once, and counts nothing."""
    book = asked(initial_window_size=100)
    book.connection.data(1, memoryview(b"x" * 100))
    book.hear()
    book.say(playbook.settings(initial_window_size=100 - below))
    book.hear()
    book.connection.data(1, memoryview(b""), end_stream=True)
    assert book.hear() == []
    book.say(frame(WINDOW, 0, 1, word(below - 1)))
    assert book.hear() == []
    book.say(frame(WINDOW, 0, 1, word(1)))

    assert book.connection.pump() == [events.DataSent(1, 0)]
    assert [(one.flags, one.payload) for one in book.hear()] == [(1, b"")]


def test_an_empty_end_that_waits_at_a_lowered_window() -> None:
    """It was ready to go when the window sank below zero; the connection's window is used up."""
    book = asked(initial_window_size=65_535)
    book.connection.data(1, memoryview(b"x" * 65_535))
    book.hear()
    book.connection.pause()
    book.connection.data(1, memoryview(b""), end_stream=True)
    book.say(playbook.settings(initial_window_size=65_534))
    book.connection.resume()

    assert [one.kind for one in book.hear()] == [playbook.SETTINGS]
    book.say(frame(WINDOW, 0, 1, word(1)))
    assert [(one.flags, one.payload) for one in book.hear()] == [(1, b"")]


def test_settings_that_make_a_window_too_large() -> None:
    """A window over 2^31-1 ends the connection."""
    book = asked()
    book.say(frame(WINDOW, 0, 1, word(2**31 - 1 - 65_535)))
    (found,) = book.say(playbook.settings(initial_window_size=65_536))

    assert isinstance(found, events.ConnectionFailed)
    assert found.code == codes.ErrorCode.FLOW_CONTROL_ERROR


def test_nothing_goes_out_while_the_transport_is_full() -> None:
    """Content waits while paused; answers to PING do not."""
    book = asked()
    book.connection.pause()
    assert book.connection.data(1, memoryview(b"hello")) == 0
    assert book.say(frame(playbook.PING, 0, 0, b"12345678")) == []
    assert [one.kind for one in book.hear()] == [playbook.PING]
    book.connection.resume()

    assert content(book.hear()) == b"hello"


def test_a_turn_is_bounded() -> None:
    """A window of gigabytes does not fill the transport in one go."""
    book = asked(initial_window_size=2**31 - 1)
    book.say(frame(WINDOW, 0, 0, word(2**31 - 1 - 65_535)))
    book.connection.data(1, memoryview(b"x" * 2_000_000))
    book.connection.pump()
    once = sum(map(len, book.connection.fetch()))

    assert 200_000 < once < 300_000
    assert book.connection.backlog


def test_a_reset_drops_what_waits() -> None:
    """After a reset of either side nothing of the stream goes out."""
    for reset_by_peer in (True, False):
        book = asked(initial_window_size=2)
        book.connection.data(1, memoryview(b"0123"))
        book.hear()
        if reset_by_peer:
            book.say(frame(playbook.RST, 0, 1, word(8)))
        else:
            book.connection.reset(1, 8)
        book.say(frame(WINDOW, 0, 0, word(100)))

        assert content(book.hear()) == b""
        assert not book.connection.backlog


def test_answers_that_nobody_reads_are_counted() -> None:
    """While the transport is full, a peer that asks on and on is to be read no more."""
    book = Book(bounds=limits.Limits(unread_replies=100))
    book.connection.pause()
    for _ in range(8):
        book.say(frame(playbook.PING, 0, 0, b"12345678"))

    assert book.connection.choked
    book.connection.resume()
    assert not book.connection.choked


def test_a_request_that_is_answered_early_is_ended() -> None:
    """A server that has said all asks the client to stop (RFC 9113, section 8.1)."""
    book = Book()
    book.say(book.request(1))
    book.connection.headers(1, playbook.block(*playbook.RESPONSE), end_stream=True)
    head, reset = book.hear()

    assert (head.kind, reset.kind, reset.code) == (playbook.HEADERS, playbook.RST, 0)


def test_small_views_do_not_keep_what_was_received_with_them() -> None:
    """What waits is copied where it is a small part of its buffer."""
    book = asked(initial_window_size=0)
    whole = b"x" * 100_000
    book.connection.data(1, memoryview(whole)[:10])
    queue = book.connection._table.open[1].queue

    assert queue is not None
    assert queue[0].obj is not whole


@pytest.mark.parametrize("size", [0, 4096])
def test_the_table_of_the_peer(size: int) -> None:
    """HEADER_TABLE_SIZE of the peer is obeyed: its decoder reads all blocks."""
    book = Book(header_table_size=size)
    book.decoder.max_allowed_table_size = size
    for stream_id in (1, 3, 5):
        book.say(book.request(stream_id, end_stream=True))
        book.connection.headers(stream_id, playbook.block(*playbook.RESPONSE, (b"x", b"y")))
        (found,) = book.hear()

        assert book.fields_of(found) == [*playbook.RESPONSE, (b"x", b"y")]
