# SPDX-License-Identifier: Apache-2.0
"""Messages of a runtime interface that is newer than ours: each has fields that we do not know.

Made from our own description, with further fields of every wire type in each message: plain,
packed, repeated, nested and mapped.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from resmgr.cri import api_pb2

_Field = descriptor_pb2.FieldDescriptorProto

_FIRST = 2000
"""Number of the first further field; far above what the interface uses."""

_PLAIN = {
    "int64": (_Field.TYPE_INT64, -1),
    "sint32": (_Field.TYPE_SINT32, -2),
    "bool": (_Field.TYPE_BOOL, True),
    "fixed32": (_Field.TYPE_FIXED32, 3),
    "fixed64": (_Field.TYPE_FIXED64, 4),
    "double": (_Field.TYPE_DOUBLE, 0.5),
    "string": (_Field.TYPE_STRING, "ü"),
    "bytes": (_Field.TYPE_BYTES, b"\xff\x00"),
}

GROUP = bytes.fromhex("83 7d 08 07 84 7d")
"""Field 2000 as a group (wire types 3 and 4) with a number in it, which proto3 itself never has."""


def _described() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto.FromString(api_pb2.DESCRIPTOR)
    file.name = "newer.proto"
    invented = descriptor_pb2.DescriptorProto(name="Invented")
    invented.field.add(name="text", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    for one in file.message_type:
        _extend(one)
    file.message_type.add().CopyFrom(invented)
    return file


def _extend(one: descriptor_pb2.DescriptorProto) -> None:
    number = _FIRST + 1
    for name, (kind, _) in _PLAIN.items():
        for label, prefix in ((_Field.LABEL_OPTIONAL, "new"), (_Field.LABEL_REPEATED, "all")):
            one.field.add(name=f"{prefix}_{name}", number=number, type=kind, label=label)
            number += 1
    for label, name in ((_Field.LABEL_OPTIONAL, "new_one"), (_Field.LABEL_REPEATED, "all_ones")):
        one.field.add(
            name=name,
            number=number,
            type=_Field.TYPE_MESSAGE,
            type_name=".resmgr.cri.Invented",
            label=label,
        )
        number += 1
    entry = one.nested_type.add(name="NewMapEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=_Field.TYPE_INT64, label=_Field.LABEL_OPTIONAL)
    one.field.add(
        name="new_map",
        number=number,
        type=_Field.TYPE_MESSAGE,
        type_name=f".resmgr.cri.{one.name}.NewMapEntry",
        label=_Field.LABEL_REPEATED,
    )


_POOL = descriptor_pool.DescriptorPool()
_FILE = _POOL.AddSerializedFile(_described().SerializeToString())

NAMES = sorted(
    name for name, found in vars(api_pb2).items() if isinstance(found, type) and name != "Invented"
)
"""Every message of ours."""


def kind(name: str) -> type[message.Message]:
    """Give the newer class of a message."""
    return message_factory.GetMessageClass(_FILE.message_types_by_name[name])


def fields(name: str) -> list[Any]:
    """Give the descriptors of all fields of the newer message, known ones first."""
    return list(_FILE.message_types_by_name[name].fields)


def full(name: str) -> Any:
    """Make a newer message with something in every field, and so for the messages in it."""
    made = kind(name)()
    for field in fields(name):
        _fill(made, field)
    return made


def _fill(made: Any, field: Any) -> None:
    value = getattr(made, field.name)
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        value["a"] = 5 if field.name == "new_map" else "b"
        value["ü"] = 6 if field.name == "new_map" else ""
    elif entry is not None and field.is_repeated:
        for _ in range(2):
            value.add().CopyFrom(_nested(entry.name))
    elif entry is not None:
        value.CopyFrom(_nested(entry.name))
    elif field.is_repeated:
        value.extend(_values(field))
    else:
        setattr(made, field.name, next(_values(field)))


def _nested(name: str) -> Any:
    return kind(name)(text="new") if name == "Invented" else full(name)


def _values(field: Any) -> Iterator[Any]:
    """Give two values for a field; an enum gets a number that nobody has heard of."""
    known = _PLAIN.get(field.name.partition("_")[2])
    if known is not None and field.number > _FIRST:
        yield known[1]
        yield known[1]
        return
    if field.enum_type is not None:
        yield 77
    elif field.type == _Field.TYPE_STRING:
        yield f"a {field.name}"
        yield ""
    elif field.type == _Field.TYPE_BOOL:
        yield True
    else:
        yield 123_456_789
