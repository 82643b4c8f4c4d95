# SPDX-License-Identifier: Apache-2.0
"""Both roles, alone and against each other."""

from hypothesis import given
from hypothesis import strategies as st
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame, word

from resmgr.wire import codes, connection, events, limits

REQUEST = playbook.block(*playbook.REQUEST)
RESPONSE = playbook.block(*playbook.RESPONSE)


def test_a_client_introduces_itself() -> None:
    """Preface, settings without pushes, and a larger window."""
    conn = connection.Connection(client=True)
    out = playbook.written(conn)
    settings, window = playbook.parse(out.removeprefix(playbook.PREFACE))

    assert out.startswith(playbook.PREFACE)
    assert b"\x00\x02\x00\x00\x00\x00" in settings.payload
    assert (window.stream_id, window.word) == (0, 16 * 1024 * 1024 - 65_535)


def test_a_server_introduces_itself() -> None:
    """Settings tell how many streams there may be."""
    settings, _ = playbook.parse(playbook.written(connection.Connection(client=False)))

    assert b"\x00\x03\x00\x00\x00\x64" in settings.payload


def test_streams_of_a_client_are_numbered() -> None:
    """Odd numbers, two apart."""
    book = Book(client=True)

    assert [book.connection.request(REQUEST) for _ in range(3)] == [1, 3, 5]


def test_no_more_streams_than_the_server_allows() -> None:
    """The peer's MAX_CONCURRENT_STREAMS counts, also when it changes."""
    book = Book(client=True, max_concurrent_streams=1)
    assert book.connection.can_open
    book.connection.request(REQUEST)
    assert not book.connection.can_open
    book.say(playbook.settings(max_concurrent_streams=2))

    assert book.connection.can_open


def test_a_connection_whose_numbers_are_used_up() -> None:
    """After the last stream number no stream can be opened, ever."""
    book = Book(client=True)
    book.connection._table.next_own_id = codes.LARGEST_STREAM_ID

    assert not book.connection.can_open
    assert book.connection.exhausted


def test_sending_on_a_stream_that_is_gone_does_nothing() -> None:
    """The caller may not know yet; all its content counts as gone."""
    book = Book()
    book.say(book.request(1), frame(playbook.RST, 0, 1, word(8)))
    book.connection.headers(1, RESPONSE)
    book.connection.reset(1, 8)
    book.connection.consumed(1, 5)

    assert book.connection.data(1, memoryview(b"hello")) == 5
    assert book.hear() == []


def test_nothing_follows_the_end_of_a_stream() -> None:
    """What is sent after END_STREAM is dropped."""
    book = Book(initial_window_size=1)
    book.say(book.request(1, end_stream=True))
    book.connection.headers(1, RESPONSE)
    book.connection.data(1, memoryview(b"ab"), end_stream=True)
    book.hear()
    book.connection.data(1, memoryview(b"more"))
    book.connection.headers(1, RESPONSE, end_stream=True)
    book.say(frame(playbook.WINDOW, 0, 1, word(100)))

    assert [(one.kind, one.payload) for one in book.hear()] == [(0, b"b")]


def test_a_graceful_end() -> None:
    """Streams opened before the client heard of it are served; then none are."""
    book = Book()
    book.say(book.request(1))
    book.connection.shut_down()
    goaway, ping = book.hear()
    assert (goaway.kind, goaway.word, ping.kind) == (playbook.GOAWAY, 2**31 - 1, playbook.PING)
    assert len(book.say(book.request(3))) == 1
    book.say(frame(playbook.PING, playbook.ACK, 0, ping.payload))
    (last,) = book.hear()
    assert (last.kind, last.word) == (playbook.GOAWAY, 3)
    assert book.say(book.request(5)) == []
    (refused,) = book.hear()
    assert (refused.kind, refused.code) == (playbook.RST, codes.ErrorCode.REFUSED_STREAM)
    assert not book.connection.drained
    for stream_id in (1, 3):
        book.connection.headers(stream_id, RESPONSE, end_stream=True)

    assert book.connection.drained


def test_shutting_down_twice_says_it_once() -> None:
    """A second call changes nothing."""
    book = Book()
    book.connection.shut_down()
    book.hear()
    book.connection.shut_down()

    assert book.hear() == []


def test_only_the_ping_of_the_end_begins_it() -> None:
    """The answer to another one does not, nor does that one's while nobody shuts down."""
    book = Book()
    book.connection.ping(b"goodbye!")
    book.hear()
    book.say(frame(playbook.PING, playbook.ACK, 0, b"goodbye!"))
    unasked = book.hear()
    book.connection.shut_down()
    book.hear()
    book.say(frame(playbook.PING, playbook.ACK, 0, b"abcdefgh"))

    assert unasked == []
    assert book.hear() == []
    assert len(book.say(book.request(1))) == 1


def test_giving_up() -> None:
    """A reason from outside ends the connection with GOAWAY."""
    book = Book()
    book.connection.give_up(codes.ErrorCode.SETTINGS_TIMEOUT, "too slow")
    (found,) = book.hear()

    assert (found.kind, found.code, found.payload[8:]) == (playbook.GOAWAY, 4, b"too slow")
    assert book.connection.failed


def test_a_ping_of_ours() -> None:
    """Its eight bytes go out."""
    book = Book()
    book.connection.ping(b"abcdefgh")

    assert book.hear() == [playbook.Frame(playbook.PING, 0, 0, b"abcdefgh")]


class Wire:
    """A client and a server of ours, and a wire that splits what goes over it."""

    def __init__(self, step: int) -> None:
        """`step` is how many bytes go at a time."""
        bounds = limits.Limits(stream_window=70_000)
        self.client = connection.Connection(client=True, bounds=bounds)
        self.server = connection.Connection(client=False, bounds=bounds)
        self.step = step
        self.requests: dict[int, bytes] = {}
        self.answers: dict[int, bytearray] = {}
        self.ended: list[int] = []

    def run(self) -> None:
        """Carry bytes until nobody says anything."""
        while self.carry(self.client, self.server, self.serve) or self.carry(
            self.server, self.client, self.collect
        ):
            pass

    def carry(self, source: connection.Connection, target: connection.Connection, tell) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Carry what one side says to the other."""
        data = playbook.written(source)
        for start in range(0, len(data), self.step):
            for event in target.receive(data[start : start + self.step]):
                assert not isinstance(event, events.ConnectionFailed | events.StreamReset)
                tell(event)
        return bool(data)

    def serve(self, event: events.Event) -> None:
        """Echo requests."""
        if isinstance(event, events.HeadersReceived):
            self.server.headers(event.stream_id, RESPONSE)
            self.requests[event.stream_id] = b""
        elif isinstance(event, events.DataReceived):
            self.requests[event.stream_id] += bytes(event.data)
            self.server.consumed(event.stream_id, len(event.data))
            if event.end_stream:
                self.server.data(event.stream_id, memoryview(self.requests[event.stream_id]))
                trailers = playbook.block((b"grpc-status", b"0"))
                self.server.headers(event.stream_id, trailers, end_stream=True)

    def collect(self, event: events.Event) -> None:
        """Keep answers."""
        if isinstance(event, events.DataReceived):
            self.answers.setdefault(event.stream_id, bytearray()).extend(event.data)
            self.client.consumed(event.stream_id, len(event.data))
        elif isinstance(event, events.TrailersReceived):
            self.ended.append(event.stream_id)


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=20), st.integers(50, 20_000))
def test_both_roles_understand_each_other(sent: list[bytes], step: int) -> None:
    """Calls of any content come back as they went, all of them at a time."""
    wire = Wire(step)
    wanted = {}
    for data in sent:
        stream_id = wire.client.request(REQUEST)
        wire.client.data(stream_id, memoryview(data * 50), end_stream=True)
        wanted[stream_id] = data * 50
    wire.run()

    assert {stream_id: wire.answers.get(stream_id, b"") for stream_id in wanted} == wanted
    assert sorted(wire.ended) == sorted(wanted)
    assert wire.client.streams == wire.server.streams == 0
