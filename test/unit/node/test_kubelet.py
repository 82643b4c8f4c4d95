# SPDX-License-Identifier: Apache-2.0
"""Fields that no message of ours has, held against messages that have them."""

import pytest
from node import kubelet

from resmgr.cri import api_pb2


def test_fields_are_written_as_protobuf_does() -> None:
    """Texts, messages and numbers, of any length."""
    inner = kubelet.field(2, 300) + kubelet.field(1, "a" * 300)
    written = kubelet.field(1, "id") + kubelet.field(3, inner)
    message = api_pb2.Container.FromString(written)

    assert message.id == "id"
    assert (message.metadata.name, message.metadata.attempt) == ("a" * 300, 300)


def test_fields_are_read_as_they_were_written() -> None:
    """Also those with numbers beyond fifteen."""
    written = kubelet.field(1, b"a" * 300) + kubelet.field(2, "x") + kubelet.field(77, 300)

    assert list(kubelet.fields(written)) == [(1, b"a" * 300), (2, b"x"), (77, 300)]


def test_a_field_of_another_kind() -> None:
    """It is not taken for one of ours."""
    with pytest.raises(ValueError, match="field 1 has wire type 5"):
        list(kubelet.fields(b"\x0d\0\0\0\0"))
