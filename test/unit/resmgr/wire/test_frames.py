# SPDX-License-Identifier: Apache-2.0
"""Frames from and to bytes."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.resmgr.wire import playbook

from resmgr.wire import frames, problems

RAW = st.builds(
    playbook.Frame,
    kind=st.integers(0, 255),
    flags=st.integers(0, 255),
    stream_id=st.integers(0, 2**31 - 1),
    payload=st.binary(max_size=200),
)


def read(reader: frames.Reader, data: bytes) -> list[playbook.Frame]:
    """Give the frames in a form that can be compared."""
    return [
        playbook.Frame(kind, flags, stream_id, bytes(payload))
        for kind, flags, stream_id, payload in reader.feed(data)
    ]


CONTENT = st.builds(
    playbook.Frame,
    kind=st.just(0),
    flags=st.sampled_from((0, 0, 0, 1, 8)),
    stream_id=st.integers(1, 2),
    payload=st.sampled_from((b"", b"a", b"b", b"cd", b"ef")),
)


def without_borders(found: Iterable[playbook.Frame]) -> list[playbook.Frame]:
    """Give the frames with content that goes on in the next one put together."""
    out: list[playbook.Frame] = []
    for one in found:
        if out and one.kind == one.flags == out[-1].kind == out[-1].flags == 0:
            last = out[-1]
            if one.stream_id == last.stream_id and one.payload and last.payload:
                out[-1] = playbook.Frame(0, 0, last.stream_id, last.payload + one.payload)
                continue
        out.append(one)
    return out


@given(st.lists(RAW | CONTENT, max_size=12), st.data())
def test_frames_do_not_depend_on_the_split(sent: list[playbook.Frame], data: st.DataObject) -> None:
    """However a byte stream is split, the same frames come out, but for borders within content."""
    whole = b"".join(
        playbook.frame(one.kind, one.flags, one.stream_id, one.payload) for one in sent
    )
    reader = frames.Reader()
    found = []
    position = 0
    while position < len(whole):
        step = data.draw(st.integers(1, len(whole) - position))
        found += read(reader, whole[position : position + step])
        position += step

    assert without_borders(found) == without_borders(sent)


def test_a_byte_at_a_time() -> None:
    """A frame that comes byte by byte is given once, at its last byte."""
    reader = frames.Reader()
    whole = playbook.frame(6, 0, 0, b"12345678")
    found = [read(reader, whole[index : index + 1]) for index in range(len(whole))]

    assert found == [[]] * (len(whole) - 1) + [[playbook.Frame(6, 0, 0, b"12345678")]]


def test_the_reserved_bit_is_ignored() -> None:
    """The highest bit of the stream number means nothing."""
    assert read(frames.Reader(), playbook.frame(0, 0, 0x8000_0001)) == [
        playbook.Frame(0, 0, 1, b"")
    ]


def test_payloads_are_views() -> None:
    """A payload is no copy of the bytes that were fed."""
    data = playbook.frame(6, 0, 0, b"12345678")
    (found,) = frames.Reader().feed(data)

    assert found[3].obj is data


def test_content_outlives_what_was_fed() -> None:
    """What was fed can be used for something else, and content does not keep it in memory."""
    buffer = bytearray(playbook.frame(0, 0, 1, b"content") + playbook.frame(0, 1, 1, b"abc"))
    found = list(frames.Reader().feed(memoryview(buffer)))
    buffer[:] = bytes(len(buffer))

    assert [one[3].obj for one in found] == [b"content", b"abc"]


def test_half_a_frame_outlives_what_was_fed() -> None:
    """What is kept until the rest comes is a copy."""
    whole = playbook.frame(0, 1, 1, b"content")
    reader = frames.Reader()
    for part in (whole[:3], whole[3:6], whole[6:11]):
        buffer = bytearray(part)
        assert list(reader.feed(memoryview(buffer))) == []
        buffer[:] = bytes(len(buffer))

    assert read(reader, whole[11:]) == [playbook.Frame(0, 1, 1, b"content")]


def test_long_content_is_one_frame() -> None:
    """Frames of the same length that only go on are put together; the one that ends is not."""
    whole = [playbook.frame(0, 0, 3, b"%04d" % number) for number in range(5)]
    found = read(frames.Reader(), b"".join((*whole, playbook.frame(0, 1, 3, b"last"))))

    assert found == [
        playbook.Frame(0, 0, 3, b"00000001000200030004"),
        playbook.Frame(0, 1, 3, b"last"),
    ]


def test_long_content_is_put_together_up_to_its_last_byte() -> None:
    """The last frame that came need not be followed by anything."""
    found = read(frames.Reader(), playbook.frame(0, 0, 3, b"ab") * 2)

    assert found == [playbook.Frame(0, 0, 3, b"abab")]


def test_nothing_but_content_is_put_together() -> None:
    """Two blocks of fields with the same header are two."""
    assert len(read(frames.Reader(), playbook.frame(1, 0, 3, b"ab") * 2)) == 2


@pytest.mark.parametrize(
    "second",
    [
        playbook.Frame(0, 0, 5, b"abc"),
        playbook.Frame(0, 8, 3, b"abc"),
        playbook.Frame(1, 0, 3, b"abc"),
    ],
    ids=["another stream", "padded", "no content"],
)
def test_what_is_not_put_together(second: playbook.Frame) -> None:
    """Frames differ in more than what they hold."""
    first = playbook.Frame(0, 0, 3, b"abc")
    whole = b"".join(
        playbook.frame(one.kind, one.flags, one.stream_id, one.payload) for one in (first, second)
    )

    assert read(frames.Reader(), whole) == [first, second]


def test_empty_content_is_not_put_together() -> None:
    """Frames that carry nothing are counted by whoever takes them."""
    assert len(read(frames.Reader(), playbook.frame(0, 0, 3) * 4)) == 4


def test_a_frame_over_the_limit_is_refused_at_its_header() -> None:
    """The length alone is enough, after the frames before it."""
    reader = frames.Reader(limit=16_384)
    feeding = reader.feed(playbook.frame(6, 0, 0, b"12345678") + b"\x00\x40\x01\x00\x00")
    assert next(feeding)[0] == 6
    with pytest.raises(StopIteration):
        next(feeding)

    with pytest.raises(problems.ConnectionProblem, match="16385 bytes"):
        list(reader.feed(b"\x00\x00\x00\x01"))


@pytest.mark.parametrize(("size", "kinds"), [(10, [1]), (20, [1, 9]), (50, [1, 9, 9, 9, 9])])
def test_long_blocks_are_continued(size: int, kinds: list[int]) -> None:
    """A block over the peer's limit goes on in CONTINUATION frames, and the last one ends it."""
    out = playbook.parse(frames.header_block(1, b"x" * size, end_stream=True, limit=10))

    assert [one.kind for one in out] == kinds
    assert b"".join(one.payload for one in out) == b"x" * size
    assert [bool(one.flags & 4) for one in out] == [False] * (len(kinds) - 1) + [True]
    assert out[0].flags & 1


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (frames.rst_stream(3, 8), playbook.Frame(3, 0, 3, b"\0\0\0\x08")),
        (frames.window_update(5, 70_000), playbook.Frame(8, 0, 5, b"\0\x01\x11\x70")),
        (frames.ping(b"12345678", ack=True), playbook.Frame(6, 1, 0, b"12345678")),
        (frames.goaway(7, 2, b"why"), playbook.Frame(7, 0, 0, b"\0\0\0\x07\0\0\0\x02why")),
        (frames.settings({4: 1}), playbook.Frame(4, 0, 0, b"\0\x04\0\0\0\x01")),
        (frames.SETTINGS_ACK, playbook.Frame(4, 1, 0, b"")),
        (frames.frame_header(0, 0, 1, 9), playbook.Frame(0, 1, 9, b"")),
    ],
)
def test_frames_are_written_as_the_rfc_says(made: bytes, wanted: playbook.Frame) -> None:
    """Each kind of frame has the form that RFC 9113 gives it."""
    assert playbook.parse(made) == [wanted]
