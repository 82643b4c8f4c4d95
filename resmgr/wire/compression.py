# SPDX-License-Identifier: Apache-2.0
"""Header blocks from and to bytes (HPACK, RFC 7541), each worked out once while it repeats.

Clients and runtimes repeat fully indexed blocks, so what a block means is remembered by its bytes
for as long as the dynamic table stays as it is, and how a list is written likewise. Tables, static
entries and Huffman codes are those of `hpack`; the loop over a block is here, since it has to keep
the table right while it leaves out fields over the limit.
"""

import hpack.exceptions
import hpack.huffman_table
import hpack.table
from hpack import hpack as codec

from . import codes, fields, problems

_LONGEST_KEY = 512
"""Bytes of the blocks that are remembered: what repeats is short."""

_MOST_KEYS = 64

_TABLE_SIZE = 4096
"""Bytes of either dynamic table: the default, which we never change for what we read, and the most
that we use of what a peer offers."""

_REPEATING = frozenset(
    (
        b":method",
        b":scheme",
        b":authority",
        b":path",
        b":status",
        b"content-type",
        b"te",
        b"user-agent",
        b"grpc-accept-encoding",
        b"grpc-encoding",
        b"grpc-status",
    )
)
"""Fields that are put into the peer's table. Others (deadlines, messages, unknown metadata) differ
from call to call: indexing them would push out what repeats."""

_LONGEST_REPEATING = 256


class _Table(hpack.table.HeaderTable):
    """A dynamic table that counts its changes."""

    version = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.version += 1
        super().add(name, value)


class Decoder:
    """Reads header blocks in the order in which they came."""

    __slots__ = ("_known", "_known_version", "_limit", "_table")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._table = _Table()
        self._known: dict[bytes, fields.Block] = {}
        self._known_version = 0

    def decode(self, block: bytes) -> fields.Block:
        """What the block says. Raises `problems.ConnectionProblem` when it cannot be read."""
        version = self._table.version
        if version == self._known_version:
            known = self._known.get(block)
            if known is not None:
                return known
        else:
            self._known.clear()
            self._known_version = version
        try:
            decoded = self._read(block)
        except (hpack.exceptions.HPACKError, IndexError) as cause:
            raise problems.ConnectionProblem(
                codes.ErrorCode.COMPRESSION_ERROR, "a header block that cannot be read"
            ) from cause
        if self._table.version == version and len(block) <= _LONGEST_KEY:
            if len(self._known) >= _MOST_KEYS:
                self._known.clear()
            self._known[block] = decoded
        return decoded

    def _read(self, block: bytes) -> fields.Block:
        """Go over the representations of a block (RFC 7541, section 6)."""
        table = self._table
        found: list[fields.Field] = []
        size = position = 0
        end = len(block)
        while position < end:
            first = block[position]
            if first & 0x80:
                index, position = _integer(block, position, 0x7F)
                field = table.get_by_index(index)
            elif first & 0x40:
                field, position = self._literal(block, position, 0x3F)
                table.add(*field)
            elif first & 0x20:
                if found:
                    raise hpack.exceptions.HPACKDecodingError("a size update after a field")
                value, position = _integer(block, position, 0x1F)
                self._resize(value)
                continue
            else:
                field, position = self._literal(block, position, 0x0F)
            size += len(field[0]) + len(field[1]) + 32
            if size <= self._limit:
                found.append(field)
        return fields.Block(tuple(found), too_large=size > self._limit)

    def _literal(self, block: bytes, position: int, mask: int) -> tuple[fields.Field, int]:
        index, position = _integer(block, position, mask)
        if index:
            name = self._table.get_by_index(index)[0]
        else:
            name, position = _string(block, position)
        value, position = _string(block, position)
        return (name, value), position

    def _resize(self, size: int) -> None:
        if size > _TABLE_SIZE:
            raise hpack.exceptions.InvalidTableSizeError("a table larger than allowed")
        self._table.maxsize = size
        self._table.version += 1


def _integer(block: bytes, position: int, mask: int) -> tuple[int, int]:
    """An integer with its prefix in the low bits (RFC 7541, section 5.1), and what follows it."""
    value = block[position] & mask
    position += 1
    if value < mask:
        return value, position
    for shift in (0, 7, 14, 21):
        octet = block[position]
        position += 1
        value += (octet & 0x7F) << shift
        if octet < 0x80:
            return value, position
    raise hpack.exceptions.HPACKDecodingError("an integer beyond 28 bits")


def _string(block: bytes, position: int) -> tuple[bytes, int]:
    """A string (RFC 7541, section 5.2), and what follows it."""
    coded = block[position] & 0x80
    length, position = _integer(block, position, 0x7F)
    end = position + length
    if end > len(block):
        raise hpack.exceptions.HPACKDecodingError("a string beyond the end of its block")
    text = block[position:end]
    return (hpack.huffman_table.decode_huffman(text) if coded else text), end


class Encoder:
    """Writes header blocks; they must be sent in the order in which they were written."""

    __slots__ = ("_codec", "_known", "_known_fields", "_known_version", "_resized", "_table")

    def __init__(self) -> None:
        self._codec = codec.Encoder()
        self._table = _Table()
        self._codec.header_table = self._table
        self._known: dict[fields.Block, bytes] = {}
        self._known_fields: dict[fields.Fields, bytes] = {}
        self._known_version = 0
        self._resized = False

    def resize(self, size: int) -> None:
        """Take the peer's HEADER_TABLE_SIZE into account."""
        size = min(size, _TABLE_SIZE)
        if size != self._codec.header_table_size:
            self._codec.header_table_size = size
            self._table.version += 1
            self._resized = True

    def encode(self, block: fields.Block) -> bytes:
        """The bytes of a block, with what the peer's table holds at this point of the stream."""
        version = self._table.version
        if version != self._known_version:
            self._forget(version)
        known = self._known.get(block)
        if known is not None and not self._resized:
            return known
        repeating = tuple(field for field in block.fields if _repeats(field))
        encoded = None if self._resized else self._known_fields.get(repeating)
        if encoded is None:
            encoded = self._codec.encode(repeating)
            if self._table.version != version or self._resized:
                self._resized = False
                return encoded + _loose(block)
            if len(self._known_fields) >= _MOST_KEYS:
                self._known_fields.clear()
            self._known_fields[repeating] = encoded
        if len(repeating) != len(block.fields):
            encoded += _loose(block)
        if len(self._known) >= _MOST_KEYS:
            self._known.clear()
        self._known[block] = encoded
        return encoded

    def _forget(self, version: int) -> None:
        self._known.clear()
        self._known_fields.clear()
        self._known_version = version


def _repeats(field: fields.Field) -> bool:
    """Whether a field is indexed; pseudo-fields always, so that they stay before the others."""
    name, value = field
    return name in _REPEATING and (len(value) <= _LONGEST_REPEATING or name[:1] == b":")


def _loose(block: fields.Block) -> bytes:
    """The fields that are never indexed, as literals (RFC 7541, section 6.2.3)."""
    out = bytearray()
    for field in block.fields:
        if not _repeats(field):
            out.append(0x10)
            for text in field:
                out += codec.encode_integer(len(text), 7)
                out += text
    return bytes(out)
