# SPDX-License-Identifier: Apache-2.0
"""What we do not know in a message survives, field by field."""

from typing import Any

import pytest
from unit.resmgr.cri import newer

from resmgr.cri import api_pb2

FIELDS = [(name, field.name) for name in newer.NAMES for field in newer.fields(name)]


def through_ours(name: str, data: bytes) -> bytes:
    """Read a message as ours and write it again."""
    made: Any = getattr(api_pb2, name).FromString(data)
    again: bytes = made.SerializeToString()
    return again


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_each_field_survives(name: str, field: str) -> None:
    """A field of a newer message is the same after it went through ours, known or not."""
    sent = newer.full(name)

    got: Any = newer.kind(name).FromString(through_ours(name, sent.SerializeToString()))

    assert getattr(got, field) == getattr(sent, field)
    assert getattr(got, field)


@pytest.mark.parametrize("name", newer.NAMES)
def test_groups_survive(name: str) -> None:
    """A field of the wire type that no newer interface should use is kept, byte for byte."""
    assert newer.GROUP in through_ours(name, newer.full(name).SerializeToString() + newer.GROUP)


@pytest.mark.parametrize("name", newer.NAMES)
def test_nothing_is_added(name: str) -> None:
    """An empty message stays empty."""
    assert through_ours(name, b"") == b""
