# SPDX-License-Identifier: Apache-2.0
"""Header blocks, against the codec of the hpack package."""

import contextlib

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resmgr.wire import codes, compression, fields, problems

LIMIT = 65_536
NAMES = st.sampled_from(
    [b":path", b":method", b"te", b"grpc-status", b"x-one", b"x-two", b"a" * 90]
)
VALUES = st.one_of(st.sampled_from([b"0", b"POST", b"trailers"]), st.binary(max_size=300))
LISTS = st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=8), min_size=1, max_size=12)


def pseudo_first(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Sort as every header list is."""
    return sorted(pairs, key=lambda pair: not pair[0].startswith(b":"))


@given(LISTS, st.lists(st.sampled_from([0, 50, 200, 4096]), max_size=3))
def test_what_others_encode_is_read(
    lists: list[list[tuple[bytes, bytes]]], sizes: list[int]
) -> None:
    """Any sequence of blocks means what its encoder meant, tables of changing size included."""
    encoder = hpack.Encoder()
    decoder = compression.Decoder(LIMIT)
    for index, pairs in enumerate(lists):
        if index < len(sizes):
            encoder.header_table_size = sizes[index]

        assert list(decoder.decode(encoder.encode(pairs)).fields) == pairs


@given(LISTS, st.lists(st.sampled_from([0, 50, 200, 4096, 100_000]), max_size=3))
def test_what_we_encode_is_read_by_others(
    lists: list[list[tuple[bytes, bytes]]], sizes: list[int]
) -> None:
    """Any sequence of blocks arrives; the order of different names may change."""
    encoder = compression.Encoder()
    decoder = hpack.Decoder()
    decoder.max_allowed_table_size = 100_000
    for index, pairs in enumerate(lists + lists):
        if index < len(sizes):
            encoder.resize(sizes[index])
        wanted = pseudo_first(pairs)
        raw = decoder.decode(encoder.encode(fields.Block(tuple(wanted))), raw=True)
        found = [(bytes(name), bytes(value)) for name, value in raw]

        assert sorted(found) == sorted(wanted)
        assert found == pseudo_first(found)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_are_read_or_refused(blocks: list[bytes]) -> None:
    """Nothing but a problem of the connection comes out of bytes that mean nothing."""
    decoder = compression.Decoder(LIMIT)
    for block in blocks:
        with contextlib.suppress(problems.ConnectionProblem):
            assert not decoder.decode(block).too_large


def test_a_repeated_block_is_worked_out_once() -> None:
    """While the table stays, the same bytes give the same object."""
    encoder = hpack.Encoder()
    decoder = compression.Decoder(LIMIT)
    pairs = [(b":path", b"/service/Method"), (b"x", b"y")]
    decoder.decode(encoder.encode(pairs))
    block = encoder.encode(pairs)

    assert decoder.decode(block) is decoder.decode(block)


def test_the_same_bytes_after_the_table_changed() -> None:
    """An index means another field once the table has changed."""
    decoder = compression.Decoder(LIMIT)
    decoder.decode(b"\x40\x01a\x01b")
    first = decoder.decode(b"\xbe")
    decoder.decode(b"\x40\x01c\x01d")
    second = decoder.decode(b"\xbe")

    assert first.fields == ((b"a", b"b"),)
    assert second.fields == ((b"c", b"d"),)


def test_an_encoding_is_remembered_until_the_table_changes() -> None:
    """Other fields in the table move the indices of a block that was encoded before."""
    encoder = compression.Encoder()
    decoder = hpack.Decoder()
    one = fields.Block(((b":path", b"/one"), (b"x", b"1")))
    two = fields.Block(((b":path", b"/two"),))
    for block in (one, one, two, one, two, one):
        assert tuple(map(tuple, decoder.decode(encoder.encode(block), raw=True))) == block.fields

    assert len(encoder.encode(one)) < 10


def test_what_changes_from_call_to_call_is_not_indexed() -> None:
    """A deadline does not push other fields out of the peer's table."""
    encoder = compression.Encoder()
    decoder = hpack.Decoder()
    for number in range(300):
        block = fields.Block(((b":path", b"/one"), (b"grpc-timeout", b"%du" % number)))
        decoder.decode(encoder.encode(block))

    assert len(decoder.header_table.dynamic_entries) == 1


def test_a_list_over_the_limit_keeps_the_table() -> None:
    """Fields over the limit are left out, and later blocks still mean what they say."""
    encoder = hpack.Encoder()
    decoder = compression.Decoder(200)
    large = decoder.decode(encoder.encode([(b"a", b"b"), (b"long", b"x" * 300), (b"c", b"d")]))
    small = decoder.decode(encoder.encode([(b"a", b"b"), (b"c", b"d")]))

    assert large.too_large
    assert not small.too_large
    assert small.fields == ((b"a", b"b"), (b"c", b"d"))


def test_a_bomb_of_references_makes_no_list() -> None:
    """One large entry that is referred to often takes no memory beyond the limit."""
    decoder = compression.Decoder(8192)
    decoder.decode(b"\x40\x01a\x7f\xa1\x1e" + b"x" * 4000)
    found = decoder.decode(b"\xbe" * 50_000)

    assert found.too_large
    assert len(found.fields) <= 2


@pytest.mark.parametrize(
    "block",
    [
        b"\x80",  # index 0
        b"\xff\x80\x80\x80\x80\x80\x01",  # a long integer
        b"\xfe",  # beyond the table
        b"\x40\x05ab",  # a string that ends early
        b"\x82\x20",  # a size update after a field
        b"\x3f\xe2\x1f",  # a table of 4097 bytes
        b"\x40\x81\xff\x01a",  # Huffman padding that is none
    ],
)
def test_broken_blocks(block: bytes) -> None:
    """A block that cannot be read ends the connection, since its table is lost."""
    with pytest.raises(problems.ConnectionProblem) as found:
        compression.Decoder(LIMIT).decode(block)

    assert found.value.code == codes.ErrorCode.COMPRESSION_ERROR


def test_what_is_remembered_is_bounded() -> None:
    """Many different blocks leave no more behind than a few."""
    decoder = compression.Decoder(LIMIT)
    encoder = compression.Encoder()
    for number in range(1000):
        literal = b"\x10\x01a\x02%c%c" % (number % 256, number // 256)
        encoder.encode(decoder.decode(literal))
        encoder.encode(fields.Block(((b":status", b"200"), (b"x", b"%d" % number))))

    assert len(decoder._known) <= 64
    assert len(encoder._known) <= 64
    assert len(encoder._known_fields) <= 64
