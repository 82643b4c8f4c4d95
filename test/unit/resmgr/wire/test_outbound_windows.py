# SPDX-License-Identifier: Apache-2.0
"""Windows of three streams whatever happens in whatever order."""

from hypothesis import given
from hypothesis import strategies as st
from unit.resmgr.wire import playbook
from unit.resmgr.wire.playbook import Book, frame, word


class Ledger:
    """What a peer has allowed, what was to be said, and what it has heard."""

    def __init__(self) -> None:
        """Begin with three streams of 1000 bytes each."""
        self.book = Book(initial_window_size=1000)
        self.initial = 1000
        self.whole = 65_535
        self.allowed = {1: 1000, 3: 1000, 5: 1000}
        self.said = {1: b"", 3: b"", 5: b""}
        self.heard = {1: b"", 3: b"", 5: b""}
        for stream_id in self.allowed:
            self.book.say(self.book.request(stream_id, end_stream=True))
            self.book.connection.headers(stream_id, playbook.block(*playbook.RESPONSE))
        self.book.hear()

    def nothing(self, stream_id: int, _size: int) -> None:
        """Have an empty piece of content said, which no window holds back."""
        self.book.connection.data(stream_id, memoryview(b""))

    def data(self, stream_id: int, size: int) -> None:
        """Have something said."""
        piece = bytes([size % 251]) * size
        self.said[stream_id] += piece
        self.book.connection.data(stream_id, memoryview(piece))

    def window(self, stream_id: int, size: int) -> None:
        """Allow more on a stream."""
        self.book.say(frame(playbook.WINDOW, 0, stream_id, word(size)))
        self.allowed[stream_id] += size

    def connection(self, _stream_id: int, size: int) -> None:
        """Allow more on the connection."""
        self.book.say(frame(playbook.WINDOW, 0, 0, word(size)))
        self.whole += size

    def settings(self, _stream_id: int, size: int) -> None:
        """Allow another size to begin with."""
        self.book.say(playbook.settings(initial_window_size=size))
        for stream_id in self.allowed:
            self.allowed[stream_id] += size - self.initial
        self.initial = size

    def pause(self, _stream_id: int, _size: int) -> None:
        """Let the transport take no more."""
        self.book.connection.pause()

    def resume(self, _stream_id: int, _size: int) -> None:
        """Let the transport take more."""
        self.book.connection.resume()

    def listen(self) -> None:
        """Hear what was said, and count it."""
        for found in self.book.hear():
            if found.kind == playbook.DATA:
                self.heard[found.stream_id] += found.payload
                self.allowed[found.stream_id] -= len(found.payload)
                self.whole -= len(found.payload)
                assert self.allowed[found.stream_id] >= 0
                assert self.whole >= 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["data", "nothing", "window", "connection", "settings", "pause", "resume"]
            ),
            st.sampled_from([1, 3, 5]),
            st.integers(1, 40_000),
        ),
        max_size=40,
    )
)
def test_no_window_is_ever_exceeded(steps: list[tuple[str, int, int]]) -> None:
    """Whatever happens in whatever order, no more goes out than is allowed, and all in order."""
    ledger = Ledger()
    for step, stream_id, size in steps:
        getattr(ledger, step)(stream_id, size)
        ledger.listen()
    ledger.resume(0, 0)
    ledger.connection(0, 10_000_000)
    for stream_id in ledger.heard:
        ledger.window(stream_id, 10_000_000)
    ledger.listen()

    assert ledger.heard == ledger.said
