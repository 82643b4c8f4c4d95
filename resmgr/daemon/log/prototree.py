# SPDX-License-Identifier: Apache-2.0
"""A protobuf message as a tree for people, whether its type is known or not.

Fields that a descriptor knows have their names, others are `#NUMBER` with the most likely reading
of their bytes. Whatever the bytes are, there is a tree.
"""

import struct
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

HIDDEN = "<hidden>"
"""Stands for what must not be shown."""

_DEEPEST = 24
_TYPE_MESSAGE = 11
_TYPE_BYTES = 12
_TYPE_ENUM = 14
_SIGNED = frozenset((3, 5, 15, 16, 17, 18))
_ZIGZAG = frozenset((17, 18))
_BOOLEAN = 8
_FLOATING = {1: "<d", 2: "<f"}

Path = tuple[int, ...]


class _Malformed(Exception):
    """The bytes are no message."""


def tree(data: bytes, descriptor: Any, hidden: AbstractSet[Path] = frozenset()) -> dict[str, Any]:
    """Give a message as a tree.

    `descriptor` is protobuf's, or None for a message that nobody knows. Fields at the paths of
    `hidden` (field numbers from the message on) are hidden.
    """
    try:
        return _message(memoryview(data), descriptor, hidden, (), 0)
    except _Malformed:
        return {"malformed": f"{len(data)} bytes"}


def _message(
    data: memoryview, descriptor: Any, hidden: AbstractSet[Path], path: Path, depth: int
) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise _Malformed
    fields: Mapping[int, Any] = descriptor.fields_by_number if descriptor is not None else {}
    found: dict[str, Any] = {}
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise _Malformed
        raw, position = _raw(data, position, kind)
        field = fields.get(number)
        here = (*path, number)
        name = field.name if field is not None else f"#{number}"
        if here in hidden:
            found[name] = HIDDEN
        elif field is not None and _is_map(field):
            entry = _message(_bytes(raw), field.message_type, frozenset(), (), depth + 1)
            found.setdefault(name, {})[entry.get("key", "")] = entry.get("value", "")
        else:
            _put(found, name, field, _value(raw, field, hidden, here, depth))
    return found


def _put(found: dict[str, Any], name: str, field: Any, value: Any) -> None:
    """Keep a value; repeated ones are a list."""
    if field is not None and field.is_repeated:
        found.setdefault(name, []).extend(value if isinstance(value, _Packed) else [value])
    elif field is None and name in found:
        before = found[name]
        found[name] = [*before, value] if isinstance(before, list) else [before, value]
    else:
        found[name] = value


class _Packed(list[Any]):
    """Values of a repeated field that came together."""


def _is_map(field: Any) -> bool:
    of = field.message_type if field.type == _TYPE_MESSAGE else None
    return of is not None and of.GetOptions().map_entry


def _value(
    raw: int | memoryview, field: Any, hidden: AbstractSet[Path], path: Path, depth: int
) -> Any:
    if field is None:
        return _guess(raw, hidden, path, depth) if isinstance(raw, memoryview) else raw
    if field.type == _TYPE_MESSAGE:
        return _message(_bytes(raw), field.message_type, hidden, path, depth + 1)
    if isinstance(raw, memoryview):
        if field.type == _TYPE_BYTES:
            return f"<{len(raw)} bytes>"
        if field.type == 9:
            return bytes(raw).decode("utf-8", "replace")
        return _packed(raw, field)
    return _number(raw, field)


def _packed(raw: memoryview, field: Any) -> _Packed:
    values, position = _Packed(), 0
    kind = {1: 1, 6: 1, 16: 1, 2: 5, 7: 5, 15: 5}.get(field.type, 0)
    while position < len(raw):
        one, position = _raw(raw, position, kind)
        values.append(_number(one, field))
    return values


def _number(raw: Any, field: Any) -> Any:
    if field.type == _BOOLEAN:
        return bool(raw)
    if field.type in _ZIGZAG:
        return raw >> 1 ^ -(raw & 1)
    if field.type in _SIGNED and raw >> 63:
        return raw - (1 << 64)
    if field.type == _TYPE_ENUM:
        known = field.enum_type.values_by_number.get(raw)
        return known.name if known is not None else raw
    if field.type in _FLOATING:
        form = _FLOATING[field.type]
        return struct.unpack(form, raw.to_bytes(struct.calcsize(form), "little"))[0]
    return raw


def _guess(raw: memoryview, hidden: AbstractSet[Path], path: Path, depth: int) -> Any:
    """Read bytes of an unknown field: as text, as a message, or as nothing but bytes."""
    plain = bytes(raw)
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    concerned = any(other[: len(path)] == path for other in hidden)
    if text.isprintable() and not concerned:
        return text
    try:
        return _message(raw, None, hidden, path, depth + 1)
    except _Malformed:
        return HIDDEN if concerned else f"<{len(plain)} bytes>"


def _bytes(raw: Any) -> memoryview:
    if not isinstance(raw, memoryview):
        raise _Malformed
    return raw


def _raw(data: memoryview, position: int, kind: int) -> tuple[int | memoryview, int]:
    if kind == 0:
        return _varint(data, position)
    if kind == 2:
        size, position = _varint(data, position)
    elif kind in {1, 5}:
        size = 8 if kind == 1 else 4
    else:
        raise _Malformed
    end = position + size
    if end > len(data):
        raise _Malformed
    raw = data[position:end]
    return (raw if kind == 2 else int.from_bytes(raw, "little")), end


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise _Malformed
        octet = data[position]
        position += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value & (1 << 64) - 1, position
        shift += 7
